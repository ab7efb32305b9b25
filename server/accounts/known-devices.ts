/**
 * Whether a user signs in on a device for the first time. A device is a long-lived cookie with a random token, not an address:
 * addresses change, and are shared.
 *
 * Invariants: only the token's hash is stored; a token that this server did not make is replaced, so that nobody can choose
 * one for another; a user's first device is no new device. A database that fails keeps nobody from signing in.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../log.ts';
import type { KnownDeviceStore } from './known-device-store.ts';

export interface KnownDevicesOptions {
  store: KnownDeviceStore;
  nowMs: () => number;
  log: Log;
}

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

export class KnownDevices {
  readonly #options: KnownDevicesOptions;

  constructor(options: KnownDevicesOptions) {
    this.#options = options;
  }

  /**
   * The password was right.
   *
   * @param token of the request's cookie
   * @returns the token for the cookie from now on
   */
  signedIn(userId: string, token: string | undefined): { token: string; isNew: boolean } {
    const { store, nowMs, log } = this.#options;
    const own = token !== undefined && TOKEN.test(token) ? token : newToken();
    try {
      const kept = store.isAnybodys(hashOf(own)) ? own : newToken();
      const hash = hashOf(kept);
      const isNew = store.hasAny(userId) && !store.isKnown(userId, hash);
      store.add(userId, hash, nowMs()).catch((error: unknown) => {
        log.warn({ err: error }, 'failed to remember a device');
      });
      return { token: kept, isNew };
    } catch (error) {
      log.warn({ err: error }, 'failed to look up a device');
      return { token: own, isNew: false };
    }
  }
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
