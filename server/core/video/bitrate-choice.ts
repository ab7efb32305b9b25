/**
 * The bitrate of one rung of a camera over time. An open encoder cannot change it, and re-opening costs a keyframe: so it
 * changes in large steps and rarely, except with the picture's size, which re-opens the encoder anyway.
 *
 * Invariants: the viewers' lines limit it from the first picture on, and again from the first picture after a time without
 * viewers; later that limit changes once in LIMIT_INTERVAL_US. It falls at once as far as needed, and rises only when the limit
 * has been higher for that long: by half at most, or to the full bitrate if there is no longer a limit. Time is an argument.
 */

import type { PictureSize } from './codec-quarantine.ts';
import { rungBitrateBps, type RungName } from './rungs.ts';

/** Ratio from which a new bitrate is worth the keyframe of a re-opened encoder. */
const WORTHWHILE_RATIO = 1.3;
const MIN_CHANGE_INTERVAL_US = 5_000_000;
/** Viewers who come and go do not re-open the encoder each time. */
const LIMIT_INTERVAL_US = 2_000_000;
const LIMIT_STEP_BPS = 10_000;
const MAX_RISE = 1.5;
/** As a share of the bitrate: a limit only this far below it is not worth a keyframe. */
const NEAR_BELOW = 0.95;
const NEAR_ABOVE = 1.15;
/** Below this, the picture is not worth its bits: smaller rungs look better. */
const MIN_LIMIT_BPS: Readonly<Record<RungName, number>> = {
  full: 100_000,
  large: 100_000,
  small: 40_000,
  tiny: 10_000,
};

export class BitrateChoice {
  readonly #rung: RungName;
  #bps = 0;
  #width = 0;
  #height = 0;
  #changedUs = -Infinity;
  #wantedLimitBps = Infinity;
  #limitBps = Infinity;
  #limitedUs = -Infinity;
  /** The viewers have changed. */
  #isNew = true;
  /** Since when more is wanted. */
  #higherSinceUs: number | undefined;

  constructor(rung: RungName = 'full') {
    this.#rung = rung;
  }

  /** Limit given by the viewers' lines; undefined: none. */
  set limitBps(bps: number | undefined) {
    this.#wantedLimitBps =
      bps === undefined
        ? Infinity
        : Math.max(MIN_LIMIT_BPS[this.#rung], Math.round(bps / LIMIT_STEP_BPS) * LIMIT_STEP_BPS);
    if (this.#wantedLimitBps <= this.#limitBps) this.#higherSinceUs = undefined;
  }

  /** The first viewer after a pause gets a keyframe anyway: the limit of earlier viewers does not apply. */
  restart(): void {
    this.#isNew = true;
  }

  /** @param size of the rung's pictures */
  choose({ width, height }: PictureSize, fps: number, nowUs: number): number {
    const target = rungBitrateBps(this.#rung, { width, height }, fps);
    const ratio = target / this.#bps;
    const resized = width !== this.#width || height !== this.#height;
    const worthwhile = ratio > WORTHWHILE_RATIO || ratio < 1 / WORTHWHILE_RATIO;
    if (resized || (worthwhile && nowUs - this.#changedUs >= MIN_CHANGE_INTERVAL_US)) {
      this.#bps = target;
      this.#width = width;
      this.#height = height;
      this.#changedUs = nowUs;
    }
    if (resized || this.#isNew) this.#limitBps = this.#wantedLimitBps;
    else if (this.#isLimitDue(nowUs)) this.#limitBps = this.#nextLimitBps;
    else return this.#chosenBps;
    this.#isNew = false;
    this.#higherSinceUs = undefined;
    return this.#chosenBps;
  }

  get #chosenBps(): number {
    return Math.min(this.#bps, this.#limitBps);
  }

  get #nextLimitBps(): number {
    // A line that carries everything, or an estimate higher than before.
    return Math.min(
      this.#wantedLimitBps,
      this.#wantedLimitBps === Infinity ? Infinity : MAX_RISE * this.#chosenBps,
    );
  }

  #isLimitDue(nowUs: number): boolean {
    const wantedBps = Math.min(this.#bps, this.#wantedLimitBps);
    const ratio = wantedBps / this.#chosenBps;
    if (ratio <= 1) this.#higherSinceUs = undefined;
    if (ratio > NEAR_BELOW && (ratio <= 1 || (ratio < NEAR_ABOVE && wantedBps < this.#bps))) return false;
    if (ratio > 1) this.#higherSinceUs ??= nowUs;
    const sinceUs = Math.max(this.#limitedUs, this.#higherSinceUs ?? -Infinity);
    if (nowUs - sinceUs < LIMIT_INTERVAL_US) return false;
    this.#limitedUs = nowUs;
    return true;
  }
}
