/**
 * RTP timestamps of one camera's frames: the capture time on the 90 kHz clock (see rtp-clock.ts), but strictly
 * increasing, so that a keyframe made again from the same picture, or a step back of the camera's clock, still is a new
 * frame to every receiver (RFC 3550 section 5.1).
 */
export class VideoTimestamps {
  #lastTicks = -Infinity;

  /** @returns u32, at least one tick after the one before it, modulo 2^32 */
  next(captureUs: number): number {
    this.#lastTicks = Math.max(Math.floor(captureUs * 0.09), this.#lastTicks + 1);
    return this.#lastTicks % 2 ** 32;
  }
}
