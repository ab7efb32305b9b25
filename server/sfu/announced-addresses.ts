/**
 * The addresses viewers are told besides the machine's own: IP addresses as they are, host names as what they resolve to
 * now. A dynamic DNS name follows its line, since browsers need an address and not every one looks names up.
 */

import { lookup } from 'node:dns/promises';
import { canonicalIp } from '../core/address/ip-address.ts';
import type { Log } from '../log.ts';

const REFRESH_MS = 60_000;

export class AnnouncedAddresses {
  readonly #configured: readonly string[];
  readonly #log: Log;
  /** By name; what it last resolved to stays until it resolves to something else. */
  readonly #resolved = new Map<string, string[]>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param configured IP addresses and host names, in order of preference */
  constructor(configured: readonly string[], log: Log) {
    this.#configured = configured;
    this.#log = log;
  }

  /** Resolves the names for the first time, and from then on once a minute. */
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
