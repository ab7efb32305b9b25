/**
 * How many datagrams may open NATs, whatever the viewers claim.
 *
 * Invariants: at most PER_SECOND in any second, of which at most UNCONFIRMED_PER_SECOND go to addresses that nobody has
 * confirmed and PER_NETWORK_PER_SECOND are for viewers of one network, so that one viewer's claims leave room for others'.
 */

import { networkOf } from '../address/network.ts';
import { RecentlyUsed } from '../recently-used.ts';

export const PER_SECOND = 20;
export const UNCONFIRMED_PER_SECOND = 8;
export const PER_NETWORK_PER_SECOND = 12;
const MAX_NETWORKS = 1_000;
const SECOND_US = 1_000_000;

export class PunchBudget {
  readonly #all = new LastSecond(PER_SECOND);
  readonly #unconfirmed = new LastSecond(UNCONFIRMED_PER_SECOND);
  readonly #networks = new RecentlyUsed<string, LastSecond>(MAX_NETWORKS);

  /** @param viewerAddress from which the page signals @returns whether one more may be sent; then it counts */
  take(viewerAddress: string, isConfirmed: boolean, nowUs: number): boolean {
    const network = this.#networks.getOrAdd(
      networkOf(viewerAddress),
      () => new LastSecond(PER_NETWORK_PER_SECOND),
    );
    const limits = [this.#all, network, ...(isConfirmed ? [] : [this.#unconfirmed])];
    if (!limits.every((limit) => limit.hasRoom(nowUs))) return false;
    for (const limit of limits) limit.count(nowUs);
    return true;
  }
}

/** Exact, where a token bucket would let twice as many pass in its first second. */
class LastSecond {
  readonly #max: number;
  #timesUs: number[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  hasRoom(nowUs: number): boolean {
    this.#timesUs = this.#timesUs.filter((us) => nowUs - us < SECOND_US);
    return this.#timesUs.length < this.#max;
  }

  count(nowUs: number): void {
    this.#timesUs.push(nowUs);
  }
}
