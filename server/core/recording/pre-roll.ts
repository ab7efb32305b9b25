/**
 * The last seconds of a camera as it sent them, for the time before an event: bounded in time and in bytes.
 *
 * JPEGs rather than encoded video, so that a camera without viewers costs only memory.
 */

import type { CameraFrame } from '../video/camera-frame.ts';

export interface PreRollLimits {
  /** Duration, ms. */
  maxMs: number;
  /** Limit of the JPEGs, whatever their duration. */
  maxBytes: number;
  /** Frames a second kept of a faster camera. */
  maxFps: number;
}

export class PreRoll {
  readonly #limits: PreRollLimits;
  #frames: CameraFrame[] = [];
  #bytes = 0;

  constructor(limits: PreRollLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(frame: CameraFrame): void {
    const last = this.#frames.at(-1);
    if (last && frame.captureUs - last.captureUs < (0.8 * 1_000_000) / this.#limits.maxFps) return;
    this.#frames.push(frame);
    this.#bytes += frame.jpeg.length;
    let passed = 0;
    while (passed < this.#frames.length && this.#exceeds(this.#frames[passed], frame)) {
      this.#bytes -= this.#frames[passed]?.jpeg.length ?? 0;
      passed++;
    }
    this.#frames.splice(0, passed);
  }

  /** Takes all kept frames, oldest first; none remain. */
  take(): CameraFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }

  #exceeds(oldest: CameraFrame | undefined, newest: CameraFrame): boolean {
    if (!oldest) return false;
    const { maxMs, maxBytes } = this.#limits;
    return this.#bytes > maxBytes || newest.captureUs - oldest.captureUs > maxMs * 1000;
  }
}
