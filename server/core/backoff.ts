/** The delay before the next attempt: doubling, bounded, and random so that many cameras do not reconnect at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  /** @param random 0 … 1, default Math.random */
  constructor(firstMs: number, maxMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** @returns between half of the delay and all of it */
  nextMs(): number {
    const delayMs = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return delayMs * (0.5 + 0.5 * this.#random());
  }

  /** After a success: the next failure starts with the first delay. */
  reset(): void {
    this.#failures = 0;
  }
}
