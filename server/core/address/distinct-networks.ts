/**
 * Counts distinct networks within a day, up to a limit. Time is an argument.
 *
 * Invariant: memory is bounded: it counts no further than the limit, and forgets all networks when the day ends.
 */

import { networkOf } from './network.ts';

const DAY_MS = 24 * 3_600_000;

export class DistinctNetworks {
  readonly #limit: number;
  readonly #networks = new Set<string>();
  #beganMs = -Infinity;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns true when this is the one that reaches the limit, once a day */
  add(address: string, nowMs: number): boolean {
    if (nowMs - this.#beganMs >= DAY_MS) {
      this.#networks.clear();
      this.#beganMs = nowMs;
    }
    if (this.#networks.size >= this.#limit) return false;
    this.#networks.add(networkOf(address));
    return this.#networks.size >= this.#limit;
  }
}
