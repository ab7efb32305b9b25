/**
 * Tells a queue that is ours from one that is not: one that is ours drains when less is sent. One that stays as it was
 * is none, the path has become longer; one that does not drain after several decreases is another flow's.
 *
 * Invariant: a queue that is not ours costs no more than MAX_VAIN decreases. Time is an argument.
 */

const DRAINED = 0.8;
/** A queue that is shorter, or has shrunk to this share, was ours. */
const SHORT_US = 8_000;
const SHRUNK = 0.5;
/** Number of decreases that drain a queue of our own. */
const MAX_VAIN = 3;
/** Share of the queue by which it changes at most where it is none. */
const UNMOVED = 0.05;
/** With jitter, no queue is known better. */
const UNMOVED_US = 4_000;
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

  /** The queue is not long any more. */
  drains(queueUs: number): void {
    if (queueUs < Math.max(SHORT_US, SHRUNK * this.#queueUs)) this.#count = 0;
  }

  /**
   * Less is to be sent.
   *
   * @param bps estimate
   * @param sentBps what is sent; undefined: not known
   * @returns the estimate to go back to, because the queue is not ours; undefined: it may be
   */
  next(queueUs: number, bps: number, sentBps: number | undefined, nowUs: number): number | undefined {
    const isFirst = this.isFirst(nowUs);
    const undoneBps = isFirst ? undefined : this.undone(queueUs, bps, sentBps);
    if (undoneBps !== undefined) return undoneBps;
    const isObeyed = (sentBps ?? Infinity) < OBEYED * bps;
    this.#queueUs = queueUs;
    if (isFirst) this.#beforeBps = bps;
    this.#count = isFirst ? 1 : this.#count + Number(isObeyed);
    if (this.#count <= MAX_VAIN) return undefined;
    this.#sharedUntilUs = nowUs + SHARED_US;
    return this.#end(this.#firstBps);
  }

  /** Less has been sent for a while. @returns the estimate to go back to, because the queue stays as it was; as `next` */
  undone(queueUs: number, bps: number, sentBps: number | undefined): number | undefined {
    const isUnmoved = Math.abs(queueUs - this.#queueUs) < Math.max(UNMOVED * this.#queueUs, UNMOVED_US);
    const isObeyed = (sentBps ?? Infinity) < OBEYED * bps;
    return this.#count > 0 && isUnmoved && isObeyed ? this.#end(this.#beforeBps) : undefined;
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
