/**
 * Keeps the health of every known camera, and reports when its advice has changed.
 *
 * Invariant: only ids of existing cameras take memory; invented ids are never passed to it.
 */

import { EventEmitter } from 'node:events';
import { monotonicMs, serverClock } from '../core/clock.ts';
import { cameraAdvice } from '../core/link/camera-advice.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import { unmappedTime, type Dates } from '../core/site-clock.ts';
import { RefusalRecord, type FrameRefusal } from '../core/link/frame-refusal.ts';
import { CameraHealth } from '../core/link/camera-health.ts';
import type { CameraAdvice, CameraAttempts, CameraRefusals, RefusedAttempt } from '../wire/camera.ts';
import type { LegacySource } from './camera-presence.ts';

/** Advice also ends with time alone. */
const REVIEW_INTERVAL_MS = 30_000;

interface Patient {
  health: CameraHealth;
  refusals: RefusalRecord;
  wrongKey: RefusedAttempt | null;
  /** As last reported, as JSON. */
  told: string;
}

export class CameraAdvisor extends EventEmitter<{ changed: [cameraId: string, advice: CameraAdvice[]] }> {
  readonly #patients = new Map<string, Patient>();
  readonly #nowMs: () => number;
  readonly #dates: Dates;
  readonly #reviews: NodeJS.Timeout;
  #unknownId: RefusedAttempt | null = null;

  /** @param legacy undefined when there are no legacy listeners; data that they do not report are unknown */
  constructor(
    ingest: CameraSource,
    legacy?: LegacySource,
    nowMs: () => number = monotonicMs,
    dates: Dates = unmappedTime(),
  ) {
    super();
    this.#nowMs = nowMs;
    this.#dates = dates;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('connected', (cameraId) => {
        this.#patient(cameraId).wrongKey = null;
        this.#note(cameraId, (health) => health.onWelcomed());
      });
      source.on('replaced', (cameraId) => this.#note(cameraId, (health, atMs) => health.onReplaced(atMs)));
      source.on('refused', (cameraId: string, refusal: FrameRefusal, inARow: number) =>
        this.onRefused(cameraId, refusal, inARow),
      );
    }
    ingest.on('clockFault', (cameraId) => this.#note(cameraId, (health, atMs) => health.onClockFault(atMs)));
    ingest.on('uplink', (cameraId, lowering) => this.#note(cameraId, (health) => health.onUplink(lowering)));
    ingest.on('keyRefused', (address, cameraId) => this.#onKeyRefused(address, cameraId));
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

  /** Its sensor hangs and sends the same picture over and over, or has recovered. */
  onFrozen(cameraId: string, frozen: boolean): void {
    if (!frozen && !this.#patients.has(cameraId)) return;
    this.#patient(cameraId).health.onFrozen(frozen);
    this.#review(cameraId);
  }

  /** Worst first; empty for a camera that never connected. */
  adviceFor(cameraId: string): CameraAdvice[] {
    const health = this.#patients.get(cameraId)?.health;
    if (!health) return [];
    return cameraAdvice(health.facts(this.#nowMs()), (us) => this.#dates.dateMs(us));
  }

  /** Ingest or the decoder dropped a frame. @param inARow dropped since the last accepted frame, with this one */
  onRefused(cameraId: string, refusal: FrameRefusal, inARow: number): void {
    this.#patient(cameraId).refusals.add(refusal, this.#dateMs());
    this.#note(cameraId, (health, atMs) => health.onRefused(refusal.kind, inARow, atMs));
  }

  /** The number of its frames dropped since the server started. */
  refusalsOf(cameraId: string): CameraRefusals {
    return (this.#patients.get(cameraId)?.refusals ?? new RefusalRecord()).view();
  }

  /** Who tried to connect as this camera. */
  attemptsOf(cameraId: string): CameraAttempts {
    return { wrongKey: this.#patients.get(cameraId)?.wrongKey ?? null, unknownId: this.#unknownId };
  }

  /** Also for a camera with a new key: its history no longer applies. */
  removeCamera(cameraId: string): void {
    this.#patients.delete(cameraId);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#reviews);
  }

  #onKeyRefused(address: string, cameraId: string | undefined): void {
    const attempt = { atMs: this.#dateMs(), address };
    if (cameraId === undefined) this.#unknownId = attempt;
    else this.#patient(cameraId).wrongKey = attempt;
  }

  /** For people; health is kept in monotonic time. */
  #dateMs(): number {
    return Math.floor(this.#dates.dateMs(serverClock()));
  }

  #note(cameraId: string, note: (health: CameraHealth, atMs: number) => void): void {
    note(this.#patient(cameraId).health, this.#nowMs());
    this.#review(cameraId);
  }

  #patient(cameraId: string): Patient {
    const patient = this.#patients.get(cameraId) ?? {
      health: new CameraHealth(),
      refusals: new RefusalRecord(),
      wrongKey: null,
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
