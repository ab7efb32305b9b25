/**
 * Counts failures by the network they come from, by several sizes of network at once: who has a whole /48 must not have
 * 2^16 times the failures of one line.
 */

import { FailureCounter, type FailureLimit } from '../failure-counter.ts';
import { networkOf, type NetworkPrefix } from './network.ts';

export interface NetworkLimit extends FailureLimit {
  /** Of IPv6; an IPv4 address is a network by itself. */
  prefix: NetworkPrefix;
}

export class NetworkFailures {
  readonly #counters: readonly { prefix: NetworkPrefix; counter: FailureCounter }[];

  constructor(limits: readonly NetworkLimit[]) {
    this.#counters = limits.map((limit) => ({ prefix: limit.prefix, counter: new FailureCounter(limit) }));
  }

  /** @param subject what was tried, where each thing is counted for itself. @returns ms until the next may fail */
  waitMs(address: string, nowMs: number, subject = ''): number {
    return Math.max(
      ...this.#counters.map(({ prefix, counter }) => counter.waitMs(keyOf(address, prefix, subject), nowMs)),
    );
  }

  add(address: string, nowMs: number, subject = ''): void {
    for (const { prefix, counter } of this.#counters) counter.add(keyOf(address, prefix, subject), nowMs);
  }

  /** The last one was no failure. */
  takeBack(address: string, subject = ''): void {
    for (const { prefix, counter } of this.#counters) counter.takeBack(keyOf(address, prefix, subject));
  }

  /** All of the narrowest network; what is counted of the wider ones others may have failed. */
  forget(address: string, subject = ''): void {
    const [narrowest] = this.#counters;
    narrowest?.counter.forget(keyOf(address, narrowest.prefix, subject));
  }
}

function keyOf(address: string, prefix: NetworkPrefix, subject: string): string {
  return `${networkOf(address, prefix)} ${subject}`;
}
