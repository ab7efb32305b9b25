/**
 * The RTP clock of all video: 90 kHz, running with the server's clock (RFC 3550 section 5.1, RFC 7741 section 4.1).
 */

/** @returns the u32 RTP timestamp of a time on the server's clock, in µs since the Unix epoch */
export function timestamp90kAt(us: number): number {
  return Math.floor(us * 0.09) % 2 ** 32;
}

/**
 * RTP timestamps of one camera's frames: the capture time, but strictly increasing, so that a keyframe made again from
 * the same picture, or a step back of the camera's clock, is still a new frame for every receiver (RFC 3550 section 5.1).
 */
export class VideoTimestamps {
  #lastTicks = -Infinity;

  /** @returns u32, at least one tick after the previous one, modulo 2^32 */
  next(captureUs: number): number {
    this.#lastTicks = Math.max(Math.floor(captureUs * 0.09), this.#lastTicks + 1);
    return this.#lastTicks % 2 ** 32;
  }
}
