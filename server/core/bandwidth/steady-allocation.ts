/**
 * One camera's allocation over time: follows what the line carries down at once, and up with care, because each
 * change of rung or bitrate costs a keyframe.
 *
 * Invariants: an allocation never exceeds what the line carries; a line must offer more, with a margin, for a while before
 * anything is raised, and for longer after each raise that failed; a change of the page (a larger view, a camera fewer) takes
 * effect without a wait. Time is an argument.
 */

import { RUNG_NAMES } from '../video/rungs.ts';
import type { ForwardingTarget } from '../video/forwarding-target.ts';
import type { Allocation } from './allocation.ts';

/** Fraction of an estimate that counts as offered: the rest is the margin of a raise. */
export const OFFERED_FRACTION = 0.93;
const FIRST_HOLD_US = 2_000_000;
/** Factor above the capacity at the last change of an allocation, from which the line counts as a new one. */
const FAR_MORE = 2;
const FAR_MORE_HOLD_US = 1_000_000;
const MAX_HOLD_US = 60_000_000;
/** A raise that is taken back within this time, because the line carries less than it did, has failed. */
const PROBATION_US = 10_000_000;
/** Since the last failure: the next raise is a first one again. */
const CALM_US = 180_000_000;
/** A limit exceeded by less is kept: the capacity of a line is not known more precisely. */
const KEPT_FRACTION = 0.95;
const WORTHWHILE_RAISE = 1.12;
/** An encoder's bitrate rises by at most this at once. */
const MAX_RAISE = 1.5;

export class SteadyAllocation {
  #allocation: Allocation | undefined;
  #holdUs = FIRST_HOLD_US;
  #raisedUs = -Infinity;
  /** The estimate at that moment. */
  #raisedAtBps = Infinity;
  #failedUs = -Infinity;
  /** Rate of the line when the allocation was last changed. */
  #changedAtBps = Infinity;
  /** The least that was offered since then, if that exceeds the present one. */
  #offer: { sinceUs: number; allocation: Allocation } | undefined;

  get allocation(): Allocation | undefined {
    return this.#allocation;
  }

  /**
   * @param carried the allocation that the line carries
   * @param offered the allocation with a margin
   * @param targetBps the estimate for both; undefined: none yet
   * @returns the allocation to send
   */
  update(carried: Allocation, offered: Allocation, targetBps: number | undefined, nowUs: number): Allocation {
    const before = this.#allocation;
    const after = before ? this.#next(before, carried, offered, targetBps ?? Infinity, nowUs) : carried;
    this.#allocation = after;
    if (!before || levelOf(after.target) !== levelOf(before.target) || after.limitBps !== before.limitBps)
      this.#changedAtBps = targetBps ?? Infinity;
    return after;
  }

  /**
   * The page has changed: its new allocation takes effect at once, even if it is larger.
   *
   * @returns the allocation to send
   */
  follow(carried: Allocation): Allocation {
    this.#allocation = this.#change(carried);
    return carried;
  }

  /** A new line: failures on the old one do not count. */
  restart(): void {
    this.#holdUs = FIRST_HOLD_US;
    this.#raisedUs = -Infinity;
    this.#offer = undefined;
  }

  #next(
    before: Allocation,
    carried: Allocation,
    offered: Allocation,
    targetBps: number,
    nowUs: number,
  ): Allocation {
    const rise = levelOf(carried.target) - levelOf(before.target);
    if (rise < 0 || isLess(carried, before)) return this.#lower(carried, targetBps, nowUs);
    const kept = isMore(carried, before)
      ? { ...before, limitedBy: 'line' as const }
      : { ...carried, limitBps: before.limitBps };
    if (!isMore(offered, before)) {
      this.#offer = undefined;
      return kept;
    }
    const { sinceUs = nowUs, allocation = offered } = this.#offer ?? {};
    this.#offer = { sinceUs, allocation: isMore(allocation, offered) ? offered : allocation };
    if (nowUs - sinceUs < this.#holdAt(targetBps, nowUs)) return kept;
    this.#raisedAtBps = targetBps;
    return this.#raise(before, this.#offer.allocation, nowUs);
  }

  #lower(carried: Allocation, targetBps: number, nowUs: number): Allocation {
    // A rung that others made larger exceeds the same line: that shows nothing about the line.
    const hasFallen = targetBps < OFFERED_FRACTION * this.#raisedAtBps;
    if (hasFallen && carried.limitedBy === 'line' && nowUs - this.#raisedUs < PROBATION_US) {
      this.#holdUs = Math.min(MAX_HOLD_US, 2 * this.#holdUs);
      this.#failedUs = nowUs;
    }
    this.#raisedUs = -Infinity;
    return this.#change(carried);
  }

  #raise(before: Allocation, offer: Allocation, nowUs: number): Allocation {
    this.#raisedUs = nowUs;
    const isSame = offer.target.rung === before.target.rung;
    const mostBps = isSame && before.limitBps !== undefined ? MAX_RAISE * before.limitBps : Infinity;
    if ((offer.limitBps ?? offer.wholeBps) <= mostBps) return this.#change(offer);
    return this.#change({ ...offer, limitBps: mostBps, limitedBy: 'line' });
  }

  #change(allocation: Allocation): Allocation {
    this.#offer = undefined;
    return allocation;
  }

  #holdAt(targetBps: number, nowUs: number): number {
    if (nowUs - this.#failedUs > CALM_US) this.#holdUs = FIRST_HOLD_US;
    const isFarMore = this.#holdUs === FIRST_HOLD_US && targetBps >= FAR_MORE * this.#changedAtBps;
    return isFarMore ? FAR_MORE_HOLD_US : this.#holdUs;
  }
}

function levelOf({ rung, maxTid }: ForwardingTarget): number {
  return 3 * (RUNG_NAMES.length - RUNG_NAMES.indexOf(rung)) + maxTid;
}

/** Whether it is the same rung with clearly fewer bits. */
function isLess({ target, limitBps = Infinity }: Allocation, than: Allocation): boolean {
  return levelOf(target) === levelOf(than.target) && limitBps < KEPT_FRACTION * (than.limitBps ?? Infinity);
}

/** Whether it is a higher step, or enough more bits of the same rung to be worth a keyframe. */
function isMore({ target, limitBps = Infinity }: Allocation, than: Allocation): boolean {
  const rise = levelOf(target) - levelOf(than.target);
  return rise > 0 || (rise === 0 && limitBps > WORTHWHILE_RAISE * (than.limitBps ?? Infinity));
}
