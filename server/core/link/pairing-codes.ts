/**
 * Codes that give a camera its key: short enough to type on a phone, valid once and for a quarter of an hour.
 *
 * Eight letters of Crockford's base32 (https://www.crockford.com/base32.html) are 40 bits. Invariants: a camera has at
 * most one code; only a keyed hash of it is kept, with a key of this process, so that neither the data folder nor the
 * hashes reveal a code; the look-up takes the same time whatever is presented. Times are ms since the Unix epoch.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const PAIRING_CODE_LIFETIME_MS = 15 * 60_000;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTERS = 8;
const CODE = new RegExp(`^[${ALPHABET}]{${LETTERS}}$`);

interface Grant {
  cameraId: string;
  hash: Buffer;
  expiresAtMs: number;
}

export class PairingCodes {
  readonly #key = randomBytes(32);
  /** By camera, so at most one entry per camera. */
  readonly #grants = new Map<string, Grant>();

  /** Replaces the camera's former code, which becomes invalid. @returns like `K7QF-3MZP` */
  make(cameraId: string, nowMs: number): { code: string; expiresAtMs: number } {
    // 256 is a multiple of 32, so each letter is equally likely.
    const letters = [...randomBytes(LETTERS)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
    const expiresAtMs = nowMs + PAIRING_CODE_LIFETIME_MS;
    this.#grants.set(cameraId, { cameraId, hash: this.#hash(letters), expiresAtMs });
    return { code: `${letters.slice(0, 4)}-${letters.slice(4)}`, expiresAtMs };
  }

  /** @param text as a person typed it. @returns its camera; undefined when it is unknown or expired */
  find(text: string, nowMs: number): string | undefined {
    const hash = this.#hash(normalizedPairingCode(text) ?? '');
    let found: Grant | undefined;
    for (const grant of this.#grants.values()) if (timingSafeEqual(grant.hash, hash)) found = grant;
    return found && nowMs < found.expiresAtMs ? found.cameraId : undefined;
  }

  /** It was used, the camera was removed, or it got another key. */
  revoke(cameraId: string): void {
    this.#grants.delete(cameraId);
  }

  #hash(letters: string): Buffer {
    return createHmac('sha256', this.#key).update(letters).digest();
  }
}

/**
 * Tolerates typing: case, dashes, spaces, O for 0, I and L for 1.
 *
 * @returns its eight letters; undefined when it cannot be a code
 */
export function normalizedPairingCode(text: string): string | undefined {
  const letters = text
    .toUpperCase()
    .replaceAll(/[\s‐-―-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return CODE.test(letters) ? letters : undefined;
}
