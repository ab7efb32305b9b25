/**
 * Observes the frames that a video element presents (requestVideoFrameCallback) and measures their age.
 *
 * Invariant: no work beyond a few numbers per frame; everything else is computed on request.
 */

import { monotonicMs } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import type { LiveSource } from './live-source.ts';
import { SampleWindow, type Percentiles } from './sample-window.ts';
import type { ServerClock } from './server-clock.ts';
import { TimeBudgetWindow } from './time-budget.ts';

/** On the clock of performance.now(), and how long after the frame before it, in ms; 0 for the first. */
export interface PresentedAt {
  atMs: number;
  intervalMs: number;
}

/** The RTP timestamp of a repeated picture is one tick of 90 kHz later; that of the next picture some milliseconds. */
const SAME_PICTURE_US = 5_000;

/** `frame`: when the frame that is shown now was captured, as `captureUs` has it. */
export class PresentedFrames extends Emitter<{ frame: number | null }> {
  readonly budget = new TimeBudgetWindow();
  readonly #video: HTMLVideoElement;
  readonly #onFrame: () => void;
  readonly #latencyMs = new SampleWindow();
  readonly #presentedLatencyMs = new SampleWindow();
  readonly #rate = new SampleWindow(2_000);
  #handle: number | undefined;
  #clock: ServerClock | null = null;
  #source: LiveSource | null = null;
  #last: PresentedAt | null = null;
  #newPictureAtMs: number | null = null;
  #captureUs: number | null = null;

  /** @param onFrame called for each frame presented */
  constructor(video: HTMLVideoElement, onFrame: () => void) {
    super();
    this.#video = video;
    this.#onFrame = onFrame;
  }

  /** The newest frame, on the clock of performance.now(). */
  get last(): PresentedAt | null {
    return this.#last;
  }

  /** When the newest picture that was not shown before was presented, on the same clock. */
  get newPictureAtMs(): number | null {
    return this.#newPictureAtMs;
  }

  /** When the newest frame was captured, µs of server time; null while that is unknown, or nothing is shown. */
  get captureUs(): number | null {
    return this.#captureUs;
  }

  get framesPerSecond(): number {
    return this.#rate.ratePerSecond(monotonicMs());
  }

  /** Capture to screen over the last 5 s, ms; null while the clocks are not compared yet. */
  get latencyMs(): Percentiles | null {
    return this.#latencyMs.percentiles(monotonicMs());
  }

  /** Capture to decoded picture, over the same window. */
  get presentedLatencyMs(): Percentiles | null {
    return this.#presentedLatencyMs.percentiles(monotonicMs());
  }

  /** Frames of another source follow: earlier measurements do not count. */
  start(clock: ServerClock, source: LiveSource): void {
    this.#clock = clock;
    this.#source = source;
    this.#latencyMs.clear();
    this.#presentedLatencyMs.clear();
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
    this.#newPictureAtMs = null;
    this.#captureUs = null;
    this.emit('frame', null);
  }

  #request(): void {
    this.#handle = this.#video.requestVideoFrameCallback((_now, metadata) => {
      this.#request();
      this.#add(metadata);
    });
  }

  #add(metadata: VideoFrameCallbackMetadata): void {
    const { expectedDisplayTime, presentationTime, receiveTime, rtpTimestamp } = metadata;
    const nowMs = monotonicMs();
    this.#last = { atMs: nowMs, intervalMs: this.#last ? nowMs - this.#last.atMs : 0 };
    const displayedUs = this.#clock?.atUs(expectedDisplayTime) ?? null;
    const presentedUs = this.#clock?.atUs(presentationTime) ?? null;
    const captureUs = presentedUs === null ? null : (this.#source?.captureUs(metadata, presentedUs) ?? null);
    const isNew = this.#isNew(captureUs);
    if (isNew) {
      this.#newPictureAtMs = nowMs;
      this.#rate.add(0, nowMs);
    }
    this.#onFrame();
    this.emit('frame', this.#captureUs);
    if (!isNew || displayedUs === null || presentedUs === null || captureUs === null) return;
    this.#latencyMs.add((displayedUs - captureUs) / 1000, nowMs);
    this.#presentedLatencyMs.add((presentedUs - captureUs) / 1000, nowMs);
    const arrivedUs = receiveTime === undefined ? null : (this.#clock?.atUs(receiveTime) ?? null);
    if (arrivedUs !== null && rtpTimestamp !== undefined)
      this.budget.addPresented({ rtpTimestamp, arrivedUs, presentedUs, displayedUs });
  }

  /** A frame of unknown capture time counts as new: the server knows what the camera sends. */
  #isNew(captureUs: number | null): boolean {
    const before = this.#captureUs;
    if (captureUs !== null) this.#captureUs = captureUs;
    return captureUs === null || before === null || Math.abs(captureUs - before) > SAME_PICTURE_US;
  }
}
