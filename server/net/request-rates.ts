/**
 * How many requests a second each network may send, with a burst. Time is an argument.
 *
 * Invariant: the table is bounded. A network that has been silent until its burst was whole again is forgotten, which
 * changes nothing for it; past `maxNetworks` the one that has been silent longest is.
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
  /** The one that was silent longest first. */
  readonly #networks = new Map<string, Network>();

  constructor(options: RequestRatesOptions) {
    this.#options = { maxNetworks: 10_000, ...options };
    this.#refillUs = (options.burst / options.perSecond) * 1_000_000;
  }

  get networkCount(): number {
    return this.#networks.size;
  }

  /** @returns false when this request is one too many */
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
