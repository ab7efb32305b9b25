/**
 * Keeps the health of every camera that ingest knows, and says when the advice for one has changed.
 *
 * Invariant: only ids of cameras there are take memory; what strangers make up is never told to it.
 */

import { EventEmitter } from 'node:events';
import { cameraAdvice } from '../core/link/camera-advice.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import { RefusalRecord, type FrameRefusal } from '../core/link/frame-refusal.ts';
import { CameraHealth } from '../core/link/camera-health.ts';
import type { CameraAdvice, CameraRefusals } from '../wire/camera.ts';
import type { LegacySource } from './camera-presence.ts';

/** Advice also ends by time alone. */
const REVIEW_INTERVAL_MS = 30_000;

interface Patient {
  health: CameraHealth;
  refusals: RefusalRecord;
  /** As it was last told, as JSON. */
  told: string;
}

export class CameraAdvisor extends EventEmitter<{ changed: [cameraId: string, advice: CameraAdvice[]] }> {
  readonly #patients = new Map<string, Patient>();
  readonly #nowMs: () => number;
  readonly #reviews: NodeJS.Timeout;

  /** @param legacy undefined when there are no legacy listeners; what they do not tell is unknown of their cameras */
  constructor(ingest: CameraSource, legacy?: LegacySource, nowMs: () => number = Date.now) {
    super();
    this.#nowMs = nowMs;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('connected', (cameraId) => this.#note(cameraId, (health) => health.onWelcomed()));
      source.on('replaced', (cameraId) => this.#note(cameraId, (health, atMs) => health.onReplaced(atMs)));
      source.on('refused', (cameraId: string, refusal: FrameRefusal, inARow: number) =>
        this.onRefused(cameraId, refusal, inARow),
      );
    }
    ingest.on('keyRejected', (cameraId) =>
      this.#note(cameraId, (health, atMs) => health.onKeyRejected(atMs)),
    );
    ingest.on('clock', (cameraId, uptimeMs) =>
      this.#note(cameraId, (health, atMs) => health.onClock(uptimeMs, atMs)),
    );
    ingest.on('telemetry', (cameraId, report) =>
      this.#note(cameraId, (health, atMs) => health.onTelemetry(report, atMs)),
    );
    this.#reviews = setInterval(() => {
      for (const cameraId of this.#patients.keys()) this.#review(cameraId);
    }, REVIEW_INTERVAL_MS);
  }

  /** The worst first; none for a camera that was never here. */
  adviceFor(cameraId: string): CameraAdvice[] {
    const health = this.#patients.get(cameraId)?.health;
    return health ? cameraAdvice(health.facts(this.#nowMs())) : [];
  }

  /** A frame went no further, at the door or at the decoder. @param inARow since the last that did, with this one */
  onRefused(cameraId: string, refusal: FrameRefusal, inARow: number): void {
    this.#patient(cameraId).refusals.add(refusal, this.#nowMs());
    this.#note(cameraId, (health, atMs) => health.onRefused(refusal.kind, inARow, atMs));
  }

  /** Frames of it that went no further since the server started. */
  refusalsOf(cameraId: string): CameraRefusals {
    return (this.#patients.get(cameraId)?.refusals ?? new RefusalRecord()).view();
  }

  /** Also one that was given a new key: what was learned of it is no longer true. */
  removeCamera(cameraId: string): void {
    this.#patients.delete(cameraId);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#reviews);
  }

  #note(cameraId: string, note: (health: CameraHealth, atMs: number) => void): void {
    note(this.#patient(cameraId).health, this.#nowMs());
    this.#review(cameraId);
  }

  #patient(cameraId: string): Patient {
    const patient = this.#patients.get(cameraId) ?? {
      health: new CameraHealth(),
      refusals: new RefusalRecord(),
      told: '[]',
    };
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
