/**
 * Bitrate of a picture size and frame rate: 0.95 Mbit/s for VGA at 25 fps, less per pixel for larger pictures and more
 * per frame for slower cameras, because neighbouring frames then differ more.
 */

const VGA_PIXELS = 640 * 480;
const VGA_25_BPS = 950_000;
const MIN_BPS = 100_000;
const MAX_BPS = 6_000_000;

/** @returns bits per second, rounded to 10 kbit/s */
export function videoBitrateBps(width: number, height: number, fps: number): number {
  const bps = VGA_25_BPS * ((width * height) / VGA_PIXELS) ** 0.75 * (fps / 25) ** 0.5;
  return Math.round(Math.min(MAX_BPS, Math.max(MIN_BPS, bps)) / 10_000) * 10_000;
}

/** Ratio from which a new bitrate is worth the keyframe of a re-opened encoder. */
const WORTHWHILE_RATIO = 1.3;
const MIN_CHANGE_INTERVAL_US = 5_000_000;
/** Viewers who come and go do not re-open the encoder each time. */
const LIMIT_INTERVAL_US = 2_000_000;

/**
 * One camera's bitrate over time. An open encoder cannot change it, and re-opening costs a keyframe: so it changes in
 * large steps and rarely, except with the picture's size, which re-opens the encoder anyway.
 *
 * Invariants: what viewers can take limits it from the first picture on; later that limit changes once in LIMIT_INTERVAL_US, and
 * rises only when it has been higher for as long. Time is an argument.
 */
export class BitrateChoice {
  #bps = 0;
  #width = 0;
  #height = 0;
  #changedUs = -Infinity;
  #wantedLimitBps = Infinity;
  #limitBps = Infinity;
  #limitedUs = -Infinity;
  /** Since when more is wanted. */
  #higherSinceUs: number | undefined;

  /** Of what viewers can take; undefined: none. */
  set limitBps(bps: number | undefined) {
    this.#wantedLimitBps =
      bps === undefined ? Infinity : Math.max(MIN_BPS, Math.round(bps / 10_000) * 10_000);
    if (this.#wantedLimitBps <= this.#limitBps) this.#higherSinceUs = undefined;
  }

  choose(width: number, height: number, fps: number, nowUs: number): number {
    const target = videoBitrateBps(width, height, fps);
    const ratio = target / this.#bps;
    const resized = width !== this.#width || height !== this.#height;
    const worthwhile = ratio > WORTHWHILE_RATIO || ratio < 1 / WORTHWHILE_RATIO;
    if (resized || (worthwhile && nowUs - this.#changedUs >= MIN_CHANGE_INTERVAL_US)) {
      this.#bps = target;
      this.#width = width;
      this.#height = height;
      this.#changedUs = nowUs;
    }
    if (resized || this.#isLimitDue(nowUs)) {
      this.#limitBps = this.#wantedLimitBps;
      this.#higherSinceUs = undefined;
    }
    return Math.min(this.#bps, this.#limitBps);
  }

  #isLimitDue(nowUs: number): boolean {
    if (this.#wantedLimitBps === this.#limitBps) return false;
    if (this.#wantedLimitBps > this.#limitBps) this.#higherSinceUs ??= nowUs;
    const sinceUs = Math.max(this.#limitedUs, this.#higherSinceUs ?? -Infinity);
    if (nowUs - sinceUs < LIMIT_INTERVAL_US) return false;
    this.#limitedUs = nowUs;
    return true;
  }
}
