/** Takes at most so many frames a second of a camera that sends more. Time is the frames' own. */

/** A camera's clock is not exact to the frame, so one may come this part of an interval early. */
const EARLY_INTERVALS = 0.2;

export class FramePace {
  readonly #minIntervalUs: number;
  #lastUs = -Infinity;

  /** @param maxFps undefined: every frame is taken */
  constructor(maxFps: number | undefined) {
    this.#minIntervalUs = maxFps === undefined ? 0 : (1_000_000 / maxFps) * (1 - EARLY_INTERVALS);
  }

  /** When the last one taken had come, µs; -Infinity before the first. */
  get lastUs(): number {
    return this.#lastUs;
  }

  /** @returns whether this frame is to be taken */
  take(receivedUs: number): boolean {
    if (receivedUs - this.#lastUs < this.#minIntervalUs) return false;
    this.#lastUs = receivedUs;
    return true;
  }
}
