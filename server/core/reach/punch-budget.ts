/**
 * How many datagrams may open NATs, whatever the viewers claim.
 *
 * Invariants: at most PER_SECOND in any second, of which at most UNCONFIRMED_PER_SECOND go to addresses that nobody has
 * confirmed and PER_NETWORK_PER_SECOND are for viewers of one network, so that one viewer's claims leave room for others';
 * at most PER_STRANGER_PER_MINUTE to a network from which the page does not signal, however many transports name it.
 */

import { networkOf } from '../address/network.ts';
import { RecentlyUsed } from '../recently-used.ts';
import type { PunchTarget } from './punch-targets.ts';

export const PER_SECOND = 20;
export const UNCONFIRMED_PER_SECOND = 8;
export const PER_NETWORK_PER_SECOND = 12;
/** All that one transport may send. */
export const PER_STRANGER_PER_MINUTE = 20;
/** More than PER_SECOND reaches in a minute: none is forgotten before its time. */
const MAX_NETWORKS = 2_000;
const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;

export class PunchBudget {
  readonly #all = new RecentCount(PER_SECOND, SECOND_US);
  readonly #unconfirmed = new RecentCount(UNCONFIRMED_PER_SECOND, SECOND_US);
  readonly #networks = new RecentlyUsed<string, RecentCount>(MAX_NETWORKS);
  /** By the network of the target. */
  readonly #strangers = new RecentlyUsed<string, RecentCount>(MAX_NETWORKS);

  /** @param viewerAddress from which the page signals @returns whether one more may be sent; then it counts */
  take(viewerAddress: string, { address, isConfirmed }: PunchTarget, nowUs: number): boolean {
    const from = networkOf(viewerAddress);
    const to = networkOf(address);
    const network = this.#networks.getOrAdd(from, () => new RecentCount(PER_NETWORK_PER_SECOND, SECOND_US));
    const limits = [this.#all, network, ...(isConfirmed ? [] : [this.#unconfirmed])];
    if (!limits.every((limit) => limit.hasRoom(nowUs))) return false;
    if (from !== to) {
      const stranger = this.#strangers.getOrAdd(
        to,
        () => new RecentCount(PER_STRANGER_PER_MINUTE, MINUTE_US),
      );
      if (!stranger.hasRoom(nowUs)) return false;
      limits.push(stranger);
    }
    for (const limit of limits) limit.count(nowUs);
    return true;
  }
}

/** Exact, where a token bucket would let twice as many pass in its first second. */
class RecentCount {
  readonly #max: number;
  readonly #lengthUs: number;
  #timesUs: number[] = [];

  constructor(max: number, lengthUs: number) {
    this.#max = max;
    this.#lengthUs = lengthUs;
  }

  hasRoom(nowUs: number): boolean {
    this.#timesUs = this.#timesUs.filter((us) => nowUs - us < this.#lengthUs);
    return this.#timesUs.length < this.#max;
  }

  count(nowUs: number): void {
    this.#timesUs.push(nowUs);
  }
}
