/**
 * The camera's shutter: one picture per tick, at an even rate.
 *
 * The picture for a tick is made before it, so that at the tick it only has to be sent, and it shows the time of the
 * tick. A missed tick is skipped, and no later picture replaces it.
 */

import { monotonicMs, serverTimeUs } from '../core/clock.ts';
import type { Picture, PictureSource } from './picture-source.ts';

export interface CapturedFrame extends Picture {
  /** µs of the camera's monotonic clock. */
  readonly captureUs: number;
}

/** The camera's monotonic clock, in µs since it started. */
export function cameraClockUs(): number {
  return Math.round(monotonicMs() * 1000);
}

/** @returns µs since the Unix epoch */
export function wallClockUs(clockUs: number): number {
  return serverTimeUs(clockUs);
}

export class FrameTicker {
  readonly #source: PictureSource;
  readonly #onFrame: (frame: CapturedFrame) => void;
  #intervalUs: number;
  #nextUs = 0;
  #timer: NodeJS.Timeout | undefined;
  #preparation: NodeJS.Immediate | undefined;
  #missed = 0;

  constructor(source: PictureSource, fps: number, onFrame: (frame: CapturedFrame) => void) {
    this.#source = source;
    this.#onFrame = onFrame;
    this.#intervalUs = 1_000_000 / fps;
  }

  /** Ticks without a ready picture. */
  get missed(): number {
    return this.#missed;
  }

  set fps(fps: number) {
    this.#intervalUs = 1_000_000 / fps;
  }

  start(): void {
    if (this.#timer || this.#preparation) return;
    this.#nextUs = cameraClockUs();
    this.#prepare();
  }

  /** Idempotent; `start` begins again. */
  stop(): void {
    clearImmediate(this.#preparation);
    clearTimeout(this.#timer);
    this.#preparation = undefined;
    this.#timer = undefined;
  }

  #prepare(): void {
    const missed = Math.max(0, Math.floor((cameraClockUs() - this.#nextUs) / this.#intervalUs));
    this.#missed += missed;
    this.#nextUs += (1 + missed) * this.#intervalUs;
    const captureUs = Math.round(this.#nextUs);
    const picture = this.#source.render(wallClockUs(captureUs));
    this.#await({ ...picture, captureUs });
  }

  #await(frame: CapturedFrame): void {
    const delayMs = Math.ceil((frame.captureUs - cameraClockUs()) / 1000);
    this.#timer = setTimeout(() => this.#tick(frame), Math.max(0, delayMs));
  }

  #tick(frame: CapturedFrame): void {
    // Timers may fire a little early, and no picture may come from the future.
    if (cameraClockUs() < frame.captureUs) return this.#await(frame);
    this.#timer = undefined;
    // The picture is sent first; the next one is made when the loop is idle.
    this.#preparation = setImmediate(() => {
      this.#preparation = undefined;
      this.#prepare();
    });
    this.#onFrame(frame);
  }
}
