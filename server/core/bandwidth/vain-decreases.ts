/**
 * Tells whether our video causes the queue: such a queue drains when the rate is lowered. A delay that stays is no queue, the
 * path has become longer; a queue that does not drain after several decreases belongs to another flow.
 *
 * Invariant: a queue that our video does not cause leads to at most MAX_VAIN decreases. Time is an argument.
 */

const DRAINED = 0.8;
/** A queue that is shorter, or has shrunk to this share, was caused by our video. */
const SHORT_US = 8_000;
const SHRUNK = 0.5;
/** Number of decreases that drain a queue of our own. */
const MAX_VAIN = 3;
/** Largest change, as a share of the delay, at which the delay is no queue. */
const UNMOVED = 0.05;
/** With jitter, no queue is known more precisely. */
const UNMOVED_US = 4_000;
/** Time for which the queue counts as that of another flow, and only losses show that it is full. */
const SHARED_US = 10_000_000;
/** At most this multiple of the measured rate is sent: the queue had time to drain. */
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

  /** The next decrease does not follow one in vain. */
  isFirst(nowUs: number): boolean {
    return this.#count === 0 || this.isShared(nowUs);
  }

  /** The queue is no longer long. */
  drains(queueUs: number): void {
    if (queueUs < Math.max(SHORT_US, SHRUNK * this.#queueUs)) this.#count = 0;
  }

  /**
   * The rate is to be lowered.
   *
   * @param bps estimate
   * @param sentBps the rate sent; undefined: not known
   * @returns the estimate to return to, because our video does not cause the queue; undefined: it may
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

  /** A lower rate has been sent for a while. @returns the estimate to return to, because the queue has not changed; as `next` */
  undone(queueUs: number, bps: number, sentBps: number | undefined): number | undefined {
    const isUnmoved = Math.abs(queueUs - this.#queueUs) < Math.max(UNMOVED * this.#queueUs, UNMOVED_US);
    const isObeyed = (sentBps ?? Infinity) < OBEYED * bps;
    return this.#count > 0 && isUnmoved && isObeyed ? this.#end(this.#beforeBps) : undefined;
  }

  /** The estimate after the first of them. */
  firstLowered(bps: number): void {
    this.#firstBps = bps;
  }

  #end(bps: number): number {
    this.#count = 0;
    return bps;
  }
}
