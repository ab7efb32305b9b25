/** How many messages one viewer may send: a token bucket, with time as an argument. */

/** A page that opens with a full grid of cameras sends a few hundred messages at once. */
const BURST = 400;
const PER_SECOND = 40;

export class MessageBudget {
  #tokens = BURST;
  #lastUs: number;

  constructor(nowUs: number) {
    this.#lastUs = nowUs;
  }

  /** @returns false when the budget is used up */
  take(nowUs: number): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((nowUs - this.#lastUs) / 1_000_000) * PER_SECOND);
    this.#lastUs = nowUs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
