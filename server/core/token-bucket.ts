/** A rate limit with a burst, in one number. Time is an argument. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #lastUs: number;

  constructor(perSecond: number, burst: number, nowUs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#lastUs = nowUs;
  }

  /** @returns false when no token is left */
  take(nowUs: number): boolean {
    const elapsedUs = Math.max(0, nowUs - this.#lastUs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedUs / 1_000_000) * this.#perSecond);
    this.#lastUs = nowUs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
