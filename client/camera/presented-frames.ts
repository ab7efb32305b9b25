/**
 * Watches the frames a video element really presents (requestVideoFrameCallback) and measures how old they are.
 *
 * Invariant: no work beyond a few numbers per frame; everything else happens when somebody asks.
 */

import { captureTimeUs, type CaptureClock } from '../live/capture-clock.ts';
import { SampleWindow, type Percentiles } from '../live/sample-window.ts';
import type { ServerClock } from '../live/server-clock.ts';
import { TimeBudgetWindow } from '../live/time-budget.ts';

export class PresentedFrames {
  readonly budget = new TimeBudgetWindow();
  readonly #video: HTMLVideoElement;
  readonly #onFrame: () => void;
  readonly #latencyMs = new SampleWindow();
  readonly #rate = new SampleWindow(2_000);
  #handle: number | undefined;
  #clock: ServerClock | null = null;
  #captureClock: CaptureClock | null = null;
  #last: { atMs: number; intervalMs: number } | null = null;

  /** @param onFrame called for each frame presented */
  constructor(video: HTMLVideoElement, onFrame: () => void) {
    this.#video = video;
    this.#onFrame = onFrame;
  }

  /** The newest frame, on the clock of performance.now(). */
  get last(): { atMs: number; intervalMs: number } | null {
    return this.#last;
  }

  get framesPerSecond(): number {
    return this.#rate.ratePerSecond(performance.now());
  }

  /** Glass to glass over the last 5 s, ms; null while the clocks are not compared yet. */
  get latencyMs(): Percentiles | null {
    return this.#latencyMs.percentiles(performance.now());
  }

  /** Another consumer's frames follow: its capture clock counts from now on, what was measured before does not. */
  start(clock: ServerClock, captureClock: CaptureClock): void {
    this.#clock = clock;
    this.#captureClock = captureClock;
    this.#latencyMs.clear();
    this.budget.clear();
    this.stop();
    this.#request();
  }

  /** Idempotent. */
  stop(): void {
    if (this.#handle !== undefined) this.#video.cancelVideoFrameCallback(this.#handle);
    this.#handle = undefined;
  }

  forget(): void {
    this.#last = null;
  }

  #request(): void {
    this.#handle = this.#video.requestVideoFrameCallback((_now, metadata) => {
      this.#request();
      this.#add(metadata);
    });
  }

  #add({
    expectedDisplayTime,
    receiveTime,
    processingDuration,
    rtpTimestamp,
  }: VideoFrameCallbackMetadata): void {
    const nowMs = performance.now();
    this.#last = { atMs: nowMs, intervalMs: this.#last ? nowMs - this.#last.atMs : 0 };
    this.#rate.add(0, nowMs);
    this.#onFrame();
    const displayedUs = this.#clock?.atUs(expectedDisplayTime) ?? null;
    if (displayedUs === null || !this.#captureClock || rtpTimestamp === undefined) return;
    const captureUs = captureTimeUs(this.#captureClock, rtpTimestamp, displayedUs);
    this.#latencyMs.add((displayedUs - captureUs) / 1000, nowMs);
    const arrivedUs = receiveTime === undefined ? null : (this.#clock?.atUs(receiveTime) ?? null);
    if (arrivedUs === null) return;
    const decodeUs = (processingDuration ?? 0) * 1_000_000;
    this.budget.addPresented({ rtpTimestamp, arrivedUs, decodeUs, displayedUs });
  }
}
