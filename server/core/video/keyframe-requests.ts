/**
 * Decides when a keyframe is made. A keyframe is several times as large as any other frame, so viewers that join or lose
 * packets together must not each cost one.
 *
 * Invariant: the first request is served at once, later ones at most once per interval, and none is forgotten: it
 * stays pending until a keyframe was begun after it. Time is an argument.
 */
export class KeyframeRequests {
  readonly #minIntervalUs: number;
  #pending = false;
  #lastUs = -Infinity;

  constructor(minIntervalUs: number) {
    this.#minIntervalUs = minIntervalUs;
  }

  request(): void {
    this.#pending = true;
  }

  /** @returns µs until a keyframe is due, 0 when it is due now, undefined without a request */
  waitUs(nowUs: number): number | undefined {
    if (!this.#pending) return undefined;
    return Math.max(0, this.#lastUs + this.#minIntervalUs - nowUs);
  }

  /** A keyframe is being made: it serves all requests so far. */
  served(nowUs: number): void {
    this.#pending = false;
    this.#lastUs = nowUs;
  }

  /** The keyframe could not be made, or the encoder lost its state: the next frame must be one, without delay. */
  failed(): void {
    this.#pending = true;
    this.#lastUs = -Infinity;
  }
}
