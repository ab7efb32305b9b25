/**
 * Codes by which a camera is given its key: short enough to type on a phone, good once and for a quarter of an hour.
 *
 * Eight letters of Crockford's base32 (https://www.crockford.com/base32.html) are 40 bits. Invariants: a camera has at most one
 * code; of it only a hash is kept, under a key that this process alone knows, so that neither a copy of the data folder nor
 * of the hashes tells a code; looking for one takes the same time whatever is presented. Times are ms since the Unix epoch.
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
  /** By camera, so as many as there are cameras at most. */
  readonly #grants = new Map<string, Grant>();

  /** The camera's former code, if it had one, is worth nothing from now on. @returns like `K7QF-3MZP` */
  make(cameraId: string, nowMs: number): { code: string; expiresAtMs: number } {
    // 256 is a multiple of 32, so each letter is as likely as any other.
    const letters = [...randomBytes(LETTERS)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
    const expiresAtMs = nowMs + PAIRING_CODE_LIFETIME_MS;
    this.#grants.set(cameraId, { cameraId, hash: this.#hash(letters), expiresAtMs });
    return { code: `${letters.slice(0, 4)}-${letters.slice(4)}`, expiresAtMs };
  }

  /** @param text as a person typed it. @returns whose it is, or undefined when it is nobody's, or no more */
  find(text: string, nowMs: number): string | undefined {
    const hash = this.#hash(normalizedPairingCode(text) ?? '');
    let found: Grant | undefined;
    for (const grant of this.#grants.values()) if (timingSafeEqual(grant.hash, hash)) found = grant;
    return found && nowMs < found.expiresAtMs ? found.cameraId : undefined;
  }

  /** It was used, or the camera has gone, or has been given a key otherwise. */
  revoke(cameraId: string): void {
    this.#grants.delete(cameraId);
  }

  #hash(letters: string): Buffer {
    return createHmac('sha256', this.#key).update(letters).digest();
  }
}

/**
 * Forgives what people do to a code: case, dashes, spaces, O for 0, I and L for 1.
 *
 * @returns its eight letters, or undefined when it cannot be one
 */
export function normalizedPairingCode(text: string): string | undefined {
  const letters = text
    .toUpperCase()
    .replaceAll(/[\s‐-―-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return CODE.test(letters) ? letters : undefined;
}
