/**
 * The bitrate cap of one viewer's line for one camera, where the line carries less than the full rate: found from what arrives. It is for
 * an encoder that can change its rate only in steps, each with a keyframe.
 *
 * Invariants: one report is no reason to lower it; losses that do not grow fewer when less is sent are random, and lower nothing
 * for a while; it is raised with care, ever more seldom while that fails, and also on a line that always loses some packets.
 * Time is an argument.
 */

import type { StreamRates } from './arrival-rate.ts';

/** Less of what is sent than this arrives: too much is sent, if it is so twice. */
const ENOUGH_SHARE = 0.87;
/** Two shares that differ less are the same. */
const SAME_SHARE = 0.04;
/** Share of what arrives: leaves room for the queue to empty, for retransmissions and for keyframes. */
const CUT_SHARE = 0.85;
const RAISE = 1.3;
/** After one that succeeded. */
const NEXT_RAISE = 1.5;
const MIN_BPS = 120_000;
/** Share of the cap: below it, something else limits the stream. */
const ACTIVE_SHARE = 0.6;
/** Until a change shows in the reports. */
const SETTLE_US = 2_000_000;
const FIRST_RAISE_US = 5_000_000;
const MAX_RAISE_US = 30_000_000;
const UNUSED_US = 60_000_000;
const RANDOM_LOSS_US = 60_000_000;

export class RateCap {
  #bps: number | undefined;
  #changedUs = -Infinity;
  #raiseAfterUs = FIRST_RAISE_US;
  /** Before the last raise, while it may still fail. */
  #beforeBps: number | undefined;
  /** When it was lowered. */
  #cut = { arrivedBps: 0, share: 0 };
  #badReports = 0;
  #goodSinceUs: number | undefined;
  #randomUntilUs = -Infinity;

  /** Bits per second on the line; undefined: no less than the full rate. */
  get bps(): number | undefined {
    return this.#bps;
  }

  /**
   * @param rates between the last two reports
   * @param repeatedBps what of the retransmissions arrived: it has taken its part of the line
   */
  onRates({ sentBps, arrivedBps }: StreamRates, repeatedBps: number, nowUs: number): void {
    if (sentBps === 0 || nowUs - this.#changedUs < SETTLE_US) return;
    // Frames were left out, or the camera is slow: what arrives is not what the line carries.
    if (this.#bps !== undefined && sentBps < ACTIVE_SHARE * this.#bps) return this.#pass(nowUs);
    const share = arrivedBps / sentBps;
    const isEnough = share >= ENOUGH_SHARE;
    this.#badReports = isEnough ? 0 : this.#badReports + 1;
    if (isEnough) this.#goodSinceUs ??= nowUs;
    else this.#goodSinceUs = undefined;
    if (this.#badReports >= 2) this.#lower(sentBps, arrivedBps, repeatedBps, nowUs);
    else if (nowUs - (this.#goodSinceUs ?? nowUs) >= this.#raiseAfterUs) this.#raise(sentBps, nowUs);
  }

  /** No judgement; a cap that has limited nothing for long is given up. */
  #pass(nowUs: number): void {
    if (nowUs - this.#changedUs > UNUSED_US) this.#change(undefined, nowUs);
  }

  #lower(sentBps: number, arrivedBps: number, repeatedBps: number, nowUs: number): void {
    if (nowUs < this.#randomUntilUs) return;
    const beforeBps = this.#beforeBps;
    this.#beforeBps = undefined;
    if (beforeBps !== undefined) {
      this.#raiseAfterUs = Math.min(MAX_RAISE_US, 2 * this.#raiseAfterUs);
      return this.#change(Math.min(beforeBps, arrivedBps), nowUs);
    }
    const share = arrivedBps / sentBps;
    // Less is sent than arrived before, and as much of it is lost.
    if (this.#bps !== undefined && sentBps < this.#cut.arrivedBps && isSame(share, this.#cut.share)) {
      this.#randomUntilUs = nowUs + RANDOM_LOSS_US;
      return this.#change(undefined, nowUs);
    }
    this.#cut = { arrivedBps, share };
    this.#change(Math.min(this.#bps ?? Infinity, CUT_SHARE * (arrivedBps + repeatedBps)), nowUs);
  }

  /** The viewer has another line. */
  restart(nowUs: number): void {
    this.#raiseAfterUs = FIRST_RAISE_US;
    this.#randomUntilUs = -Infinity;
    this.#change(undefined, nowUs);
  }

  #raise(sentBps: number, nowUs: number): void {
    if (this.#bps === undefined) return;
    const isProven = this.#beforeBps !== undefined;
    if (isProven) this.#raiseAfterUs = FIRST_RAISE_US;
    this.#beforeBps = this.#bps;
    // The camera itself needs no more than this: it is no limit.
    const isLimit = sentBps > this.#bps / RAISE;
    this.#change(isLimit ? this.#bps * (isProven ? NEXT_RAISE : RAISE) : undefined, nowUs);
  }

  #change(bps: number | undefined, nowUs: number): void {
    this.#bps = bps === undefined ? undefined : Math.max(MIN_BPS, bps);
    // Where there is no limit, none is left of before a raise.
    if (bps === undefined) this.#beforeBps = undefined;
    this.#changedUs = nowUs;
    this.#badReports = 0;
    this.#goodSinceUs = undefined;
  }
}

function isSame(share: number, other: number): boolean {
  return Math.abs(share - other) < SAME_SHARE;
}
