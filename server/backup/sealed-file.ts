/**
 * Encrypts a file with a password, and opens it again; in pieces, so that a large one needs little memory.
 *
 *      0               8            12       13      14          30       42
 *     +---------------+------------+--------+-------+-----------+--------+------------+----------+
 *     | "VIGIEBK" 01  | memory KiB | passes | lanes | salt (16) | iv (12)| ciphertext | tag (16) |
 *     +---------------+------------+--------+-------+-----------+--------+------------+----------+
 *
 * argon2id (RFC 9106) derives the key from the password; AES-256-GCM (NIST SP 800-38D) encrypts, and authenticates the header
 * too. Numbers are little-endian.
 *
 * Invariant: the opened file is exactly the file that was sealed, or it does not exist.
 */

import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { VigieError } from '../errors.ts';

const MAGIC = Buffer.from('VIGIEBK\u0001', 'latin1');
const SALT_OFFSET = 14;
const IV_OFFSET = 30;
const HEADER_BYTES = 42;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** RFC 9106 section 4, the second recommended option. */
const KDF = { memory: 65_536, passes: 3, parallelism: 4 };
/**
 * A file states its own cost; one that states more than this was not made by Vigie, and may be meant to exhaust the memory: 256
 * MiB at most.
 */
const MAX_KDF = { memory: 262_144, passes: 8, parallelism: 16 };

type KdfParameters = typeof KDF;

const computeArgon2 = promisify(argon2);

export async function isSealed(path: string): Promise<boolean> {
  return (await readBytes(path, 0, MAGIC.length)).equals(MAGIC);
}

/** @param target must not exist */
export async function sealFile(source: string, target: string, password: string): Promise<void> {
  const header = Buffer.concat([MAGIC, Buffer.alloc(6), randomBytes(HEADER_BYTES - SALT_OFFSET)]);
  header.writeUInt32LE(KDF.memory, 8);
  header.writeUInt8(KDF.passes, 12);
  header.writeUInt8(KDF.parallelism, 13);
  const key = await keyOf(password, header, KDF);
  const cipher = createCipheriv('aes-256-gcm', key, header.subarray(IV_OFFSET), { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  try {
    const output = createWriteStream(target, { flags: 'wx', mode: 0o600 });
    output.write(header);
    await pipeline(createReadStream(source), cipher, output);
    await appendFile(target, cipher.getAuthTag(), { flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(target, { force: true });
    throw error;
  }
}

/**
 * @param target must not exist
 * @param name of the file in messages
 * @throws VigieError `configuration` when the password is wrong or the file is not as it was sealed
 */
export async function openSealedFile(
  source: string,
  target: string,
  password: string,
  name = source,
): Promise<void> {
  const { size } = await stat(source);
  const header = await readBytes(source, 0, HEADER_BYTES);
  const tag = await readBytes(source, size - TAG_BYTES, TAG_BYTES);
  const parameters = parametersIn(header);
  if (!parameters || size < HEADER_BYTES + TAG_BYTES)
    throw new VigieError('configuration', `${name} is damaged, or was encrypted by a newer Vigie`);
  const key = await keyOf(password, header, parameters);
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(IV_OFFSET), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(header);
  decipher.setAuthTag(tag);
  try {
    await pipeline(
      createReadStream(source, { start: HEADER_BYTES, end: size - TAG_BYTES - 1 }),
      decipher,
      createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    );
  } catch (error) {
    await rm(target, { force: true });
    // OpenSSL gives no reason; errors of the file system have a code.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new VigieError('configuration', `${name}: the password is wrong, or the file is damaged`, {
      cause: error,
    });
  }
}

function parametersIn(header: Buffer): KdfParameters | undefined {
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const memory = header.readUInt32LE(8);
  const [passes, parallelism] = [header.readUInt8(12), header.readUInt8(13)];
  const isSane =
    memory <= MAX_KDF.memory &&
    passes >= 1 &&
    passes <= MAX_KDF.passes &&
    parallelism >= 1 &&
    parallelism <= MAX_KDF.parallelism &&
    memory >= 8 * parallelism;
  return isSane ? { memory, passes, parallelism } : undefined;
}

function keyOf(password: string, header: Buffer, parameters: KdfParameters): Promise<Buffer> {
  // The same password typed on another keyboard may arrive as other code points (RFC 8265 section 4.2).
  const message = password.normalize('NFC');
  const nonce = header.subarray(SALT_OFFSET, IV_OFFSET);
  return computeArgon2('argon2id', { message, nonce, tagLength: KEY_BYTES, ...parameters });
}

/** @returns fewer at the end of the file */
async function readBytes(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, Math.max(0, position));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
