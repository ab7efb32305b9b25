/**
 * Tells a queue that is ours from one that is not: one that is ours drains when less is sent. One that stays as it was
 * is none, the path has become longer; one that does not drain after several decreases is another flow's.
 *
 * Invariant: a queue that is not ours costs no more than MAX_VAIN decreases. Time is an argument.
 */

const DRAINED = 0.8;
/** Number of decreases that drain a queue of our own. */
const MAX_VAIN = 3;
/** Share of the queue by which it changes at most where it is none. */
const UNMOVED = 0.05;
/** Time for which the queue counts as that of another flow, and only losses show that it is full. */
const SHARED_US = 10_000_000;
/** No more is sent than this many times what was found: the queue had time to drain. */
const OBEYED = 1.1;

export class VainDecreases {
  #count = 0;
  #queueUs = 0;
  /** Before and after the first of them. */
  #beforeBps = 0;
  #firstBps = 0;
  #sharedUntilUs = -Infinity;

  /** Another flow fills the queue. */
  isShared(nowUs: number): boolean {
    return nowUs < this.#sharedUntilUs;
  }

  /** The last decrease has not drained the queue yet, but does. */
  isDraining(queueUs: number): boolean {
    return this.#count > 0 && queueUs < DRAINED * this.#queueUs;
  }

  /** The next decrease is not one after another that was in vain. */
  isFirst(nowUs: number): boolean {
    return this.#count === 0 || this.isShared(nowUs);
  }

  /** There is no queue. */
  drained(): void {
    this.#count = 0;
  }

  /**
   * Less is to be sent.
   *
   * @param bps estimate
   * @param sentBps what is sent; undefined: not known
   * @returns the estimate to go back to, because the queue is not ours; undefined: it may be
   */
  next(queueUs: number, bps: number, sentBps: number | undefined, nowUs: number): number | undefined {
    const isUnmoved = Math.abs(queueUs - this.#queueUs) < UNMOVED * this.#queueUs;
    const isFirst = this.isFirst(nowUs);
    const isObeyed = (sentBps ?? Infinity) < OBEYED * bps;
    this.#queueUs = queueUs;
    if (isFirst) this.#beforeBps = bps;
    else if (isObeyed && isUnmoved) return this.#end(this.#beforeBps);
    this.#count = isFirst ? 1 : this.#count + Number(isObeyed);
    if (this.#count <= MAX_VAIN) return undefined;
    this.#sharedUntilUs = nowUs + SHARED_US;
    return this.#end(this.#firstBps);
  }

  /** The first of them led to this estimate. */
  firstLowered(bps: number): void {
    this.#firstBps = bps;
  }

  #end(bps: number): number {
    this.#count = 0;
    return bps;
  }
}
