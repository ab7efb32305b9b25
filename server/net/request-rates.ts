/**
 * Rate limit of requests per network, with a burst. Time is an argument.
 *
 * Invariant: the table is bounded. A network silent long enough to have its whole burst again is forgotten, which
 * changes nothing for it; above `maxNetworks` the network silent for longest is forgotten.
 */

import { TokenBucket } from '../core/token-bucket.ts';

export interface RequestRatesOptions {
  perSecond: number;
  burst: number;
  /** Default 10,000. */
  maxNetworks?: number;
}

interface Network {
  bucket: TokenBucket;
  lastUs: number;
}

export class RequestRates {
  readonly #options: Required<RequestRatesOptions>;
  readonly #refillUs: number;
  /** The network silent for longest comes first. */
  readonly #networks = new Map<string, Network>();

  constructor(options: RequestRatesOptions) {
    this.#options = { maxNetworks: 10_000, ...options };
    this.#refillUs = (options.burst / options.perSecond) * 1_000_000;
  }

  get networkCount(): number {
    return this.#networks.size;
  }

  /** @returns false when this request is above the rate */
  admit(network: string, nowUs: number): boolean {
    const { perSecond, burst } = this.#options;
    const bucket = this.#networks.get(network)?.bucket ?? new TokenBucket(perSecond, burst, nowUs);
    this.#networks.delete(network);
    this.#networks.set(network, { bucket, lastUs: nowUs });
    this.#forget(nowUs);
    return bucket.take(nowUs);
  }

  #forget(nowUs: number): void {
    for (const [network, { lastUs }] of this.#networks) {
      if (nowUs - lastUs < this.#refillUs && this.#networks.size <= this.#options.maxNetworks) return;
      this.#networks.delete(network);
    }
  }
}
