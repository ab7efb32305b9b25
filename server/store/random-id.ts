/** Ids and first passwords: nobody can guess them, and a person can copy them from a screen. */

import { randomBytes } from 'node:crypto';

/** 32 characters, so 5 bits each; no capitals, and no 0/o or 1/l to mix up. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';
const ID_CHARACTERS = 12;

/** @returns like `cam_7hk2m9qd4xwt`, 60 bits */
export function randomId(prefix: string): string {
  return `${prefix}_${randomText(ID_CHARACTERS)}`;
}

export function randomText(characters: number): string {
  return [...randomBytes(characters)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
