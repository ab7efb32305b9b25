/**
 * The text of an API key: `vigie_`, an id by which the server and people recognise it, and 256 random bits.
 *
 * Invariants: a hash is stored and never the key; SHA-256 is enough, since nobody can guess 256 random bits, however fast; the
 * comparison takes the same time wherever the two differ.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const KEY = /^vigie_([a-z\d]{12})_[\w-]{43}$/;
const ID_PREFIX = 'key_';

/** @param id as randomId makes it, of the prefix `key` */
export function makeApiKey(id: string): string {
  return `${beginOfApiKey(id)}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** `vigie_7hk2m9qd4xwt`: enough to recognise a key, not to use it. */
export function beginOfApiKey(id: string): string {
  return `vigie_${id.slice(ID_PREFIX.length)}`;
}

/** The id in a key; undefined for text that is not a key. */
export function idOfApiKey(text: string): string | undefined {
  const id = KEY.exec(text)?.[1];
  return id === undefined ? undefined : ID_PREFIX + id;
}

export function hashOfApiKey(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

export function isApiKey(text: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashOfApiKey(text), hash);
}
