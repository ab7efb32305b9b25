/** FINGERPRINT, the last attribute of a STUN message (RFC 8489 section 14.7): a CRC-32 of everything before it. */

import { crc32 } from 'node:zlib';

/** Type and length. */
const HEADER = 0x8028_0004;
const ATTRIBUTE_BYTES = 8;
const XOR = 0x5354554e;

/** @param message as of stun-message.ts, without a fingerprint; its length is changed */
export function withFingerprint(message: Buffer): Buffer {
  // The fingerprint covers the length that includes it.
  message.writeUInt16BE(message.readUInt16BE(2) + ATTRIBUTE_BYTES, 2);
  const attribute = Buffer.alloc(ATTRIBUTE_BYTES);
  attribute.writeUInt32BE(HEADER, 0);
  attribute.writeUInt32BE(fingerprint(message), 4);
  return Buffer.concat([message, attribute]);
}

/** Whether the message ends with its fingerprint. */
export function hasFingerprint(message: Buffer): boolean {
  if (message.length < ATTRIBUTE_BYTES) return false;
  const covered = message.subarray(0, -ATTRIBUTE_BYTES);
  const last = message.subarray(-ATTRIBUTE_BYTES);
  return last.readUInt32BE(0) === HEADER && last.readUInt32BE(4) === fingerprint(covered);
}

function fingerprint(bytes: Uint8Array): number {
  return (crc32(bytes) ^ XOR) >>> 0;
}
