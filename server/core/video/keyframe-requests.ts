/**
 * Decides when a keyframe is made. A keyframe is several times as large as any other frame, so viewers that join or lose
 * packets together must not each cost one.
 *
 * A viewer who sees nothing without a keyframe gets one encoded from the existing picture (`request`); a viewer who only needs
 * the next picture to be a keyframe waits for it (`requestNext`).
 *
 * Invariant: the first request is served at once, later ones at most once per interval, and none is forgotten: it
 * stays pending until a keyframe was begun after it. Time is an argument.
 */
export class KeyframeRequests {
  readonly #minIntervalUs: number;
  #pending = false;
  #next = false;
  #lastUs = -Infinity;

  constructor(minIntervalUs: number) {
    this.#minIntervalUs = minIntervalUs;
  }

  request(): void {
    this.#pending = true;
  }

  requestNext(): void {
    this.#next = true;
  }

  /** @returns whether a new picture is to become a keyframe */
  takesNew(nowUs: number): boolean {
    return this.#next || this.waitUs(nowUs) === 0;
  }

  /** @returns µs until a keyframe of any picture is due, 0 when it is due now, undefined without a request */
  waitUs(nowUs: number): number | undefined {
    if (!this.#pending) return undefined;
    return Math.max(0, this.#lastUs + this.#minIntervalUs - nowUs);
  }

  /**
   * A keyframe is being encoded: it serves all requests so far; those for the next picture only if it is encoded from that one.
   */
  served(nowUs: number, isNew = true): void {
    this.#pending = false;
    if (isNew) this.#next = false;
    this.#lastUs = nowUs;
  }

  /** The keyframe could not be made, or the encoder lost its state: the next frame must be one, without delay. */
  failed(): void {
    this.#pending = true;
    this.#lastUs = -Infinity;
  }
}
