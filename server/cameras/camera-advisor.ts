/**
 * Keeps the health of every known camera, and reports when its advice has changed.
 *
 * Invariant: only ids of existing cameras take memory; invented ids are never passed to it.
 */

import { EventEmitter } from 'node:events';
import { monotonicMs } from '../core/clock.ts';
import { cameraAdvice } from '../core/link/camera-advice.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import { CameraHealth } from '../core/link/camera-health.ts';
import type { CameraAdvice } from '../wire/camera.ts';

/** Advice also ends with time alone. */
const REVIEW_INTERVAL_MS = 30_000;

interface Patient {
  health: CameraHealth;
  /** As last reported, as JSON. */
  told: string;
}

export class CameraAdvisor extends EventEmitter<{ changed: [cameraId: string, advice: CameraAdvice[]] }> {
  readonly #patients = new Map<string, Patient>();
  readonly #nowMs: () => number;
  readonly #reviews: NodeJS.Timeout;

  constructor(ingest: CameraSource, nowMs: () => number = monotonicMs) {
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
    ingest.on('clockFault', (cameraId) => on(cameraId, (health, atMs) => health.onClockFault(atMs)));
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

  /** The worst first; empty for a camera that never connected. */
  adviceFor(cameraId: string): CameraAdvice[] {
    const health = this.#patients.get(cameraId)?.health;
    return health ? cameraAdvice(health.facts(this.#nowMs())) : [];
  }

  /** Also for a camera with a new key: its history no longer applies. */
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
