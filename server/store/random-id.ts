/** Ids and first passwords: impossible to guess, easy to copy from a screen. */

import { randomBytes } from 'node:crypto';

/** 32 characters, 5 bits each; no capitals, and no 0/o or 1/l to confuse. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';
const ID_CHARACTERS = 12;

/** @returns like `cam_7hk2m9qd4xwt`, 60 bits */
export function randomId(prefix: string): string {
  return `${prefix}_${randomText(ID_CHARACTERS)}`;
}

export function randomText(characters: number): string {
  return [...randomBytes(characters)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
