/**
 * Counts failures by network, for several network sizes at once: a client with a whole /48 must not get 2^16 times the
 * failures of one line.
 */

import { FailureCounter, type FailureLimit } from '../failure-counter.ts';
import { networkOf, type NetworkPrefix } from './network.ts';

export interface NetworkLimit extends FailureLimit {
  /** IPv6 prefix; an IPv4 address is its own network. */
  prefix: NetworkPrefix;
}

export class NetworkFailures {
  readonly #counters: readonly { prefix: NetworkPrefix; counter: FailureCounter }[];

  constructor(limits: readonly NetworkLimit[]) {
    this.#counters = limits.map((limit) => ({ prefix: limit.prefix, counter: new FailureCounter(limit) }));
  }

  /** @param subject a name to count separately, such as an account. @returns ms until the next attempt is allowed */
  waitMs(address: string, nowMs: number, subject = ''): number {
    return Math.max(
      ...this.#counters.map(({ prefix, counter }) => counter.waitMs(keyOf(address, prefix, subject), nowMs)),
    );
  }

  add(address: string, nowMs: number, subject = ''): void {
    for (const { prefix, counter } of this.#counters) counter.add(keyOf(address, prefix, subject), nowMs);
  }

  /** Takes back the last failure. */
  takeBack(address: string, subject = ''): void {
    for (const { prefix, counter } of this.#counters) counter.takeBack(keyOf(address, prefix, subject));
  }

  /** Forgets the narrowest network's failures; those of the wider ones may be other clients'. */
  forget(address: string, subject = ''): void {
    const [narrowest] = this.#counters;
    narrowest?.counter.forget(keyOf(address, narrowest.prefix, subject));
  }
}

function keyOf(address: string, prefix: NetworkPrefix, subject: string): string {
  return `${networkOf(address, prefix)} ${subject}`;
}
