/**
 * Whether a user signs in on a device for the first time. A device is a long-lived cookie with a random token, not an address:
 * addresses change, and are shared. A program that keeps no cookies is identified by its name and network instead; once it
 * returns its cookie it is a device, and the next program with that name and network is new again.
 *
 * Invariants: only hashes are stored, that of a token only when the token returns for the first time, so that programs without
 * cookies push no device out of the table; a token that this server did not make is replaced, so that nobody can choose one for
 * somebody else; a user's first device does not count as new. A failing database prevents nobody from signing in.
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { networkOf } from '../core/address/network.ts';
import type { Log } from '../log.ts';
import type { KnownDeviceStore } from './known-device-store.ts';

export interface KnownDevicesOptions {
  store: KnownDeviceStore;
  /** Signs tokens. */
  secret: Buffer;
  nowMs: () => number;
  log: Log;
}

/** A token has this many random bytes, and as many that sign them for a user. */
const HALF_BYTES = 16;
const TOKEN = /^[\w-]{43}$/;

export interface SignedInClient {
  /** The value of the request's cookie. */
  token: string | undefined;
  /** The name that the client gives (core/device-name.ts). */
  device: string | undefined;
  address: string;
}

export class KnownDevices {
  readonly #options: KnownDevicesOptions;

  constructor(options: KnownDevicesOptions) {
    this.#options = options;
  }

  /**
   * The password was right.
   *
   * @returns the token for the cookie from now on
   */
  signedIn(userId: string, client: SignedInClient): { token: string; isNew: boolean } {
    const { log } = this.#options;
    const token = client.token !== undefined && TOKEN.test(client.token) ? client.token : undefined;
    try {
      const isOwn = token !== undefined && this.#isMadeFor(userId, token);
      return token !== undefined && (isOwn || this.#options.store.isAnybodys(hashOf(token)))
        ? { token, isNew: this.#cameBack(userId, token, isOwn, client) }
        : { token: this.#newToken(userId), isNew: this.#cameWithout(userId, client) };
    } catch (error) {
      log.warn({ err: error }, 'failed to look up a device');
      return { token: token ?? this.#newToken(userId), isNew: false };
    }
  }

  #cameBack(userId: string, token: string, isOwn: boolean, client: SignedInClient): boolean {
    const { store } = this.#options;
    const hash = hashOf(token);
    const isNew = !isOwn && store.hasAny(userId) && !store.isKnown(userId, hash);
    this.#remember(userId, hash, programHash(client));
    return isNew;
  }

  #cameWithout(userId: string, client: SignedInClient): boolean {
    const { store } = this.#options;
    const hash = programHash(client);
    const isNew = store.hasAny(userId) && !store.isKnown(userId, hash);
    this.#remember(userId, hash);
    return isNew;
  }

  #remember(userId: string, hash: Uint8Array, formerHash?: Uint8Array): void {
    const { store, nowMs, log } = this.#options;
    store.add(userId, hash, nowMs(), formerHash).catch((error: unknown) => {
      log.warn({ err: error }, 'failed to remember a device');
    });
  }

  #newToken(userId: string): string {
    const random = randomBytes(HALF_BYTES);
    return Buffer.concat([random, this.#signature(userId, random)]).toString('base64url');
  }

  #isMadeFor(userId: string, token: string): boolean {
    const bytes = Buffer.from(token, 'base64url');
    const random = bytes.subarray(0, HALF_BYTES);
    return timingSafeEqual(bytes.subarray(HALF_BYTES), this.#signature(userId, random));
  }

  #signature(userId: string, random: Uint8Array): Buffer {
    const signature = createHmac('sha256', this.#options.secret).update(random).update(userId).digest();
    return signature.subarray(0, HALF_BYTES);
  }
}

/** No token has this hash: it is of another length. */
function programHash({ device, address }: SignedInClient): Uint8Array {
  return hashOf(JSON.stringify(['program', device ?? '', networkOf(address)]));
}

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
