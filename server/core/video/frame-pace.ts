/** Limits the frames per second of a camera that sends more. Time is that of the frames. */

/** A camera's clock is not exact: a frame may come this share of an interval early. */
const EARLY_INTERVALS = 0.2;

export class FramePace {
  readonly #minIntervalUs: number;
  #lastUs = -Infinity;

  /** @param maxFps undefined: every frame is taken */
  constructor(maxFps: number | undefined) {
    this.#minIntervalUs = maxFps === undefined ? 0 : (1_000_000 / maxFps) * (1 - EARLY_INTERVALS);
  }

  /** Arrival of the last accepted frame, µs; -Infinity before the first. */
  get lastUs(): number {
    return this.#lastUs;
  }

  /** @returns whether `take` would accept this frame */
  isDue(receivedUs: number): boolean {
    return receivedUs - this.#lastUs >= this.#minIntervalUs;
  }

  /** @returns whether this frame is accepted */
  take(receivedUs: number): boolean {
    if (!this.isDue(receivedUs)) return false;
    this.#lastUs = receivedUs;
    return true;
  }
}
