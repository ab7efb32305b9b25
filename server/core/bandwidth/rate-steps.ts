/**
 * The estimated rate of a line, by additive increase and multiplicative decrease: up by half a second until the limit was found
 * once, by 8 % a second when the limit is no longer known, by about a packet per round trip near it, and down to slightly less
 * than the arriving rate when the queue grows.
 *
 * Invariants: it does not grow beyond the tried rate (1.5 × the arriving rate), nor, soon after the limit was found, beyond that;
 * probes do. Method: draft-ietf-rmcat-gcc-02 section 5.5, as libwebrtc has it today. Time is an argument.
 */

/** Per second. */
const FIRST_GROWTH = 1.5;
const GROWTH = 1.08;
const MAX_GROWTH_S = 1;
const TRIED = 1.5;
const TRIED_MORE_BPS = 10_000;
const PACKET_BITS = 9_600;
const RESPONSE_US = 100_000;
const MIN_ADDED_BPS = 4_000;
/** How long a limit that was found is assumed to hold. */
const BELIEVED_US = 10_000_000;
const BEYOND = 1.05;
/** The previous limit: its weight, and the bounds of its deviation. */
const LIMIT_WEIGHT = 0.05;
const MIN_DEVIATION = 0.4;
const MAX_DEVIATION = 2.5;
const NEAR = 3;

export const MIN_BPS = 30_000;

export class RateSteps {
  #bps: number;
  #raisedUs: number | undefined;
  #loweredUs = -Infinity;
  /** Arrival rate when the queue began to grow, kbit/s. */
  #limitKbps: number | undefined;
  #deviation = MIN_DEVIATION;

  constructor(bps: number) {
    this.#bps = Math.max(MIN_BPS, bps);
  }

  get bps(): number {
    return this.#bps;
  }

  /** The limit of the line was found, and has not been far exceeded since. */
  get isLimitKnown(): boolean {
    return this.#limitKbps !== undefined;
  }

  /** The queue is steady. @param acknowledgedBps undefined: not known yet */
  raise(acknowledgedBps: number | undefined, roundTripUs: number, maxBps: number, nowUs: number): void {
    const seconds = Math.min(MAX_GROWTH_S, (nowUs - (this.#raisedUs ?? nowUs)) / 1_000_000);
    this.#raisedUs = nowUs;
    if (acknowledgedBps === undefined) return;
    if (acknowledgedBps / 1000 > this.#limitUpperKbps) this.#limitKbps = undefined;
    const added = Math.max(MIN_ADDED_BPS, PACKET_BITS / ((2 * (roundTripUs + RESPONSE_US)) / 1_000_000));
    const growth = this.#loweredUs === -Infinity ? FIRST_GROWTH : GROWTH;
    const next = this.isLimitKnown ? this.#bps + seconds * added : this.#bps * growth ** seconds;
    const tried = TRIED * acknowledgedBps + TRIED_MORE_BPS;
    const isBelieved = this.#limitKbps !== undefined && nowUs - this.#loweredUs < BELIEVED_US;
    const limit = isBelieved ? 1000 * BEYOND * (this.#limitKbps ?? 0) : Infinity;
    this.#bps = Math.max(this.#bps, Math.min(next, tried, limit, maxBps));
  }

  hold(nowUs: number): void {
    this.#raisedUs = nowUs;
  }

  /**
   * The queue grows, or the line loses the excess.
   *
   * @param acknowledgedBps the arriving rate meanwhile
   * @param share of it to send from now on, 0 … 1
   */
  lower(acknowledgedBps: number, share: number, nowUs: number): void {
    this.#raisedUs = nowUs;
    this.#loweredUs = nowUs;
    this.#noteLimit(acknowledgedBps / 1000);
    this.#bps = Math.max(MIN_BPS, Math.min(this.#bps, share * acknowledgedBps));
  }

  /** The rate was tried, or is known from elsewhere. */
  set(bps: number, nowUs: number): void {
    this.#raisedUs = nowUs;
    this.#bps = Math.max(MIN_BPS, bps);
    if (bps / 1000 > this.#limitUpperKbps) this.#limitKbps = undefined;
  }

  get #limitUpperKbps(): number {
    return this.#limitKbps === undefined
      ? Infinity
      : this.#limitKbps + NEAR * Math.sqrt(this.#deviation * this.#limitKbps);
  }

  #noteLimit(kbps: number): void {
    const before = this.#limitKbps;
    const lower = (before ?? 0) - NEAR * Math.sqrt(this.#deviation * (before ?? 0));
    // The limit differs from the previous one: the line has changed.
    if (before === undefined || kbps < lower) {
      this.#limitKbps = kbps;
      return;
    }
    this.#limitKbps = (1 - LIMIT_WEIGHT) * before + LIMIT_WEIGHT * kbps;
    const error = (this.#limitKbps - kbps) ** 2 / Math.max(1, this.#limitKbps);
    this.#deviation = Math.min(
      MAX_DEVIATION,
      Math.max(MIN_DEVIATION, (1 - LIMIT_WEIGHT) * this.#deviation + LIMIT_WEIGHT * error),
    );
  }
}
