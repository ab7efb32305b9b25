/**
 * Use of each API key while the server runs: its rate, the time and address of its last use, and the number of its networks.
 *
 * Invariants: a key above its rate is refused, without effect on other keys; frequent use costs one write a minute; memory is
 * bounded by the number of keys, because only existing keys are counted, and removed keys are forgotten.
 */

import { DistinctNetworks } from '../core/address/distinct-networks.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { VigieError } from '../errors.ts';

export const REQUESTS_PER_SECOND = 20;
export const REQUEST_BURST = 100;
/** A program has one address, a family's phones have a few; this many in a day mean that the key was leaked. */
export const SPREAD_NETWORKS = 100;
const WRITE_INTERVAL_MS = 60_000;

interface Use {
  rate: TokenBucket;
  networks: DistinctNetworks;
  writtenMs: number;
}

export interface ApiKeyUseOptions {
  /** The monotonic clock, ms. */
  steadyMs: () => number;
  /** Stores the last use. */
  write: (id: string, address: string) => void;
  /** Used from SPREAD_NETWORKS in a day. */
  onSpread: (id: string, address: string) => void;
}

export class ApiKeyUse {
  readonly #options: ApiKeyUseOptions;
  readonly #uses = new Map<string, Use>();

  constructor(options: ApiKeyUseOptions) {
    this.#options = options;
  }

  /** One request. @throws VigieError `tooManyRequests` */
  admit(id: string, address: string): void {
    const { steadyMs, write, onSpread } = this.#options;
    const nowMs = steadyMs();
    const use = this.#uses.get(id) ?? begun(nowMs);
    this.#uses.set(id, use);
    if (use.networks.add(address, nowMs)) onSpread(id, address);
    if (!use.rate.take(nowMs * 1000))
      throw new VigieError(
        'tooManyRequests',
        `this API key sends more than ${REQUESTS_PER_SECOND} requests a second; send fewer, or use several keys`,
        { retryAfterSeconds: 1 },
      );
    if (nowMs - use.writtenMs < WRITE_INTERVAL_MS) return;
    use.writtenMs = nowMs;
    write(id, address);
  }

  forget(id: string): void {
    this.#uses.delete(id);
  }
}

function begun(nowMs: number): Use {
  return {
    rate: new TokenBucket(REQUESTS_PER_SECOND, REQUEST_BURST, nowMs * 1000),
    networks: new DistinctNetworks(SPREAD_NETWORKS),
    writtenMs: -Infinity,
  };
}
