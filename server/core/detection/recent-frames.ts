/**
 * The newest frames of one camera, by capture time: an analyser reports the content of a picture only after the next ones have
 * arrived.
 *
 * Invariant: it holds at most `MAX_AGE_US` of frames, and at most `MAX_BYTES` of them.
 */

import type { CameraFrame } from '../video/camera-frame.ts';

export const MAX_AGE_US = 10_000_000;
export const MAX_BYTES = 4 * 1024 * 1024;
/** A frame further away than this is another picture. */
const NEAR_US = 250_000;

export class RecentFrames {
  /** In the order they came. */
  #frames: CameraFrame[] = [];
  #bytes = 0;

  keep(frame: CameraFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.jpeg.length;
    let tooMany = 0;
    for (const { jpeg, receivedUs } of this.#frames) {
      if (this.#bytes <= MAX_BYTES && frame.receivedUs - receivedUs <= MAX_AGE_US) break;
      this.#bytes -= jpeg.length;
      tooMany++;
    }
    this.#frames.splice(0, tooMany);
  }

  /** @returns the frame captured at this time; undefined when it is no longer kept */
  at(captureUs: number): CameraFrame | undefined {
    let nearest: CameraFrame | undefined;
    let nearestUs = NEAR_US;
    for (const frame of this.#frames) {
      const awayUs = Math.abs(frame.captureUs - captureUs);
      if (awayUs > nearestUs) continue;
      nearest = frame;
      nearestUs = awayUs;
    }
    return nearest;
  }
}
