/**
 * The delay before the next try: doubling, bounded, and random, so that the viewers of a restarted server do not all connect at
 * the same moment.
 */

export interface BackoffOptions {
  /** Longest first delay, in ms. */
  baseMs?: number;
  /** Longest delay ever, in ms. */
  maxMs?: number;
  /** 0 ≤ random < 1. */
  random?: () => number;
}

export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(options: BackoffOptions = {}) {
    this.#baseMs = options.baseMs ?? 400;
    this.#maxMs = options.maxMs ?? 10_000;
    this.#random = options.random ?? Math.random;
  }

  /** @returns ms; between half of and the whole of `base × 2^tries`, never above the maximum */
  next(): number {
    const ceilingMs = Math.min(this.#maxMs, this.#baseMs * 2 ** this.#tries);
    if (ceilingMs < this.#maxMs) this.#tries++;
    return ceilingMs * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#tries = 0;
  }
}
