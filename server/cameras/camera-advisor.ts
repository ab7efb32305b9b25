/**
 * Keeps the health of every camera that ingest knows, and says when the advice for one has changed.
 *
 * Invariant: only ids of cameras there are take memory; what strangers make up is never told to it.
 */

import { EventEmitter } from 'node:events';
import { cameraAdvice } from '../core/link/camera-advice.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import { CameraHealth } from '../core/link/camera-health.ts';
import type { CameraAdvice } from '../wire/camera.ts';

/** Advice also ends by time alone. */
const REVIEW_INTERVAL_MS = 30_000;

interface Patient {
  health: CameraHealth;
  /** As it was last told, as JSON. */
  told: string;
}

export class CameraAdvisor extends EventEmitter<{ changed: [cameraId: string, advice: CameraAdvice[]] }> {
  readonly #patients = new Map<string, Patient>();
  readonly #nowMs: () => number;
  readonly #reviews: NodeJS.Timeout;

  constructor(ingest: CameraSource, nowMs: () => number = Date.now) {
    super();
    this.#nowMs = nowMs;
    const on = (cameraId: string, note: (health: CameraHealth, atMs: number) => void): void => {
      note(this.#patient(cameraId).health, this.#nowMs());
      this.#review(cameraId);
    };
    ingest.on('connected', (cameraId) => on(cameraId, (health) => health.onWelcomed()));
    ingest.on('replaced', (cameraId) => on(cameraId, (health, atMs) => health.onReplaced(atMs)));
    ingest.on('keyRejected', (cameraId) => on(cameraId, (health, atMs) => health.onKeyRejected(atMs)));
    ingest.on('damaged', (cameraId) => on(cameraId, (health, atMs) => health.onDamaged(atMs)));
    ingest.on('clock', (cameraId, uptimeMs) =>
      on(cameraId, (health, atMs) => health.onClock(uptimeMs, atMs)),
    );
    ingest.on('telemetry', (cameraId, report) =>
      on(cameraId, (health, atMs) => health.onTelemetry(report, atMs)),
    );
    this.#reviews = setInterval(() => {
      for (const cameraId of this.#patients.keys()) this.#review(cameraId);
    }, REVIEW_INTERVAL_MS);
  }

  /** Its sensor hangs and sends the same picture over and over, or does so no more. */
  onFrozen(cameraId: string, frozen: boolean): void {
    if (!frozen && !this.#patients.has(cameraId)) return;
    this.#patient(cameraId).health.onFrozen(frozen);
    this.#review(cameraId);
  }

  /** The worst first; none for a camera that was never here. */
  adviceFor(cameraId: string): CameraAdvice[] {
    const health = this.#patients.get(cameraId)?.health;
    return health ? cameraAdvice(health.facts(this.#nowMs())) : [];
  }

  /** Also one that was given a new key: what was learned of it is no longer true. */
  removeCamera(cameraId: string): void {
    this.#patients.delete(cameraId);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#reviews);
  }

  #patient(cameraId: string): Patient {
    const patient = this.#patients.get(cameraId) ?? { health: new CameraHealth(), told: '[]' };
    this.#patients.set(cameraId, patient);
    return patient;
  }

  #review(cameraId: string): void {
    const patient = this.#patient(cameraId);
    const advice = this.adviceFor(cameraId);
    const text = JSON.stringify(advice);
    if (text === patient.told) return;
    patient.told = text;
    this.emit('changed', cameraId, advice);
  }
}
