/**
 * Addresses announced to viewers besides the machine's own: IP addresses as configured, host names as they resolve now.
 * Names are resolved again every minute, because a dynamic DNS name follows its line; browsers get addresses, since
 * some do not resolve names in candidates.
 */

import { lookup } from 'node:dns/promises';
import { canonicalIp } from '../core/address/ip-address.ts';
import type { Log } from '../log.ts';

const REFRESH_MS = 60_000;

export class AnnouncedAddresses {
  readonly #configured: readonly string[];
  readonly #log: Log;
  /** By name; the last addresses stay until the name resolves to others. */
  readonly #resolved = new Map<string, string[]>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param configured IP addresses and host names, in order of preference */
  constructor(configured: readonly string[], log: Log) {
    this.#configured = configured;
    this.#log = log;
  }

  /** Resolves the names, now and then once a minute. */
  async start(): Promise<void> {
    const names = this.#configured.filter((address) => canonicalIp(address) === undefined);
    if (names.length === 0) return;
    await this.#resolve(names);
    if (this.#closed) return;
    this.#timer = setInterval(() => void this.#resolve(names), REFRESH_MS);
  }

  /** IP addresses only. */
  get current(): string[] {
    return this.#configured.flatMap((address) => canonicalIp(address) ?? this.#resolved.get(address) ?? []);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #resolve(names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        const found = await lookup(name, { all: true });
        this.#resolved.set(name, [...new Set(found.map(({ address }) => address))]);
      } catch (error) {
        this.#log.warn({ err: error, name }, 'failed to resolve VIGIE_ANNOUNCED_ADDRESS');
      }
    }
  }
}
