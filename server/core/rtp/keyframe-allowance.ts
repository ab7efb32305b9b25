/**
 * Decides which of one viewer's requests for keyframes of one camera are served. A keyframe is several times as large as other
 * frames, and all viewers of the camera get it and lose picture quality through it.
 *
 * Invariants: the first request is served at once; requests that follow closely are served at growing intervals, except if the
 * server itself has skipped frames of the only viewer, because the path would idle after it was full; if others watch too, one
 * request in SHARED_INTERVAL_US is served, as are joins after the first few. A request stays open until a keyframe was sent,
 * whoever caused it. Time is an argument.
 */

import { TokenBucket } from '../token-bucket.ts';

const SHARED_INTERVAL_US = 10_000_000;
/** A user goes back and forth between pages. */
const MAX_JOINS = 4;
const MIN_INTERVAL_US = 300_000;
const MAX_INTERVAL_US = 4_000_000;
/** A request that left the viewer before a keyframe could have arrived there does not ask for another one. */
const CROSSING_MARGIN_US = 100_000;
/** Time without a request after which the next one counts as the first. */
const CALM_US = 15_000_000;

export class KeyframeAllowance {
  readonly #joins = new TokenBucket(1_000_000 / SHARED_INTERVAL_US, MAX_JOINS, 0);
  #isOpen = false;
  /** Because frames were skipped. */
  #isNeeded = false;
  #isBeingMade = false;
  #servedUs = -Infinity;
  #sentUs = -Infinity;
  #intervalUs = MIN_INTERVAL_US;

  /** A request waits for a keyframe. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** One was made for the open request, and was not sent yet. */
  get isBeingMade(): boolean {
    return this.#isBeingMade;
  }

  /** The server itself knows that the viewer needs one. */
  need(): void {
    this.#isOpen = true;
    this.#isNeeded = true;
  }

  /** The viewer asks for one. */
  request(nowUs: number, roundTripUs: number): void {
    this.#isOpen ||= nowUs - this.#sentUs > roundTripUs + CROSSING_MARGIN_US;
  }

  /** The viewer begins to watch. @returns whether it gets a keyframe at once; else the need for one is an open request */
  join(nowUs: number): boolean {
    const atOnce = this.#joins.take(nowUs);
    this.#isOpen = !atOnce;
    this.#isNeeded = false;
    this.#isBeingMade = atOnce;
    return atOnce;
  }

  /** A keyframe was sent to the viewer. */
  sent(nowUs: number): void {
    this.#isOpen = false;
    this.#isNeeded = false;
    this.#isBeingMade = false;
    this.#sentUs = nowUs;
  }

  /** @returns whether to make a keyframe now for the open request, if there is one */
  take(nowUs: number, isShared: boolean): boolean {
    if (!this.#isOpen) return false;
    const sinceUs = nowUs - this.#servedUs;
    const isForSkipped = this.#isNeeded && !isShared;
    const aloneUs = isForSkipped ? MIN_INTERVAL_US : this.#intervalUs;
    if (sinceUs < (isShared ? SHARED_INTERVAL_US : aloneUs)) return false;
    if (!isForSkipped)
      this.#intervalUs =
        sinceUs > CALM_US ? MIN_INTERVAL_US : Math.min(MAX_INTERVAL_US, 2 * this.#intervalUs);
    this.#servedUs = nowUs;
    this.#isBeingMade = true;
    return true;
  }
}
