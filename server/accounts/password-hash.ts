/**
 * Passwords as argon2id hashes in PHC strings: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, base64 without padding.
 *
 * Parameters: OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane), salt and hash as RFC 9106 section 4 has them.
 */

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface PasswordCost {
  /** KiB. */
  memory: number;
  passes: number;
  parallelism: number;
}

export const RECOMMENDED_COST: PasswordCost = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z\d+/]+)\$([A-Za-z\d+/]+)$/;

const computeArgon2 = promisify(argon2);

export async function hashPassword(password: string, cost = RECOMMENDED_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, cost);
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`;
}

/** @throws Error when `phc` is not a string that `hashPassword` made: the store is damaged */
export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  const { cost, salt, hash } = parsePhc(phc);
  return timingSafeEqual(await derive(password, salt, hash.length, cost), hash);
}

/** Whether the hash has another cost than a new one would have. */
export function isOutdated(phc: string, current = RECOMMENDED_COST): boolean {
  const { memory, passes, parallelism } = parsePhc(phc).cost;
  return memory !== current.memory || passes !== current.passes || parallelism !== current.parallelism;
}

function parsePhc(phc: string): { cost: PasswordCost; salt: Buffer; hash: Buffer } {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined)
    throw new Error('a stored password hash is not an argon2id PHC string');
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

async function derive(
  password: string,
  nonce: Buffer,
  tagLength: number,
  cost: PasswordCost,
): Promise<Buffer> {
  // The same password typed on another keyboard may arrive as other code points (RFC 8265 section 4.2).
  return computeArgon2('argon2id', { message: password.normalize('NFC'), nonce, tagLength, ...cost });
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
