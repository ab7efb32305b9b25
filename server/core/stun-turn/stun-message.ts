/**
 * STUN messages as bytes (RFC 8489 sections 5 and 14). For a viewer's message, stun-check.ts has found the user before.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |0 0|     message type          |  length without these 20 bytes |
 *     |                     magic cookie 2112a442                      |
 *     |                     transaction id, 96 bits                    |
 *     then attributes: type u16, length u16, value, padded to 4 bytes
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const STUN_HEADER_BYTES = 20;
export const TRANSACTION_ID_BYTES = 12;
export const MAGIC_COOKIE = 0x2112a442;
const INTEGRITY_BYTES = 20;

export const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
} as const;

export type StunAttribute = readonly [type: number, value: Uint8Array];

export interface StunMessage {
  /** Method and class together, as they stand in the first two bytes. */
  readonly type: number;
  readonly transactionId: Buffer;
  /**
   * The first of each type: RFC 8489 section 14 requires later ones to be ignored. Those after the integrity are
   * omitted.
   */
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/**
 * @param transactionId 12 bytes
 * @param key undefined: without MESSAGE-INTEGRITY; otherwise it is appended last
 */
export function writeStun(
  type: number,
  transactionId: Uint8Array,
  attributes: readonly StunAttribute[],
  key?: Buffer,
): Buffer {
  const parts = attributes.flatMap(([attribute, value]) => [
    attributeHeader(attribute, value.length),
    value,
    Buffer.alloc(padding(value.length)),
  ]);
  const message = Buffer.concat([Buffer.alloc(STUN_HEADER_BYTES), ...parts]);
  message.writeUInt16BE(type, 0);
  message.writeUInt16BE(message.length - STUN_HEADER_BYTES, 2);
  message.writeUInt32BE(MAGIC_COOKIE, 4);
  message.set(transactionId, 8);
  if (!key) return message;
  const header = attributeHeader(ATTRIBUTE.messageIntegrity, INTEGRITY_BYTES);
  const mac = integrity(message, key);
  const signed = Buffer.concat([message, header, mac]);
  signed.writeUInt16BE(signed.length - STUN_HEADER_BYTES, 2);
  return signed;
}

/** @returns undefined unless the bytes are exactly one STUN message */
export function readStun(bytes: Buffer): StunMessage | undefined {
  if (bytes.length < STUN_HEADER_BYTES || bytes.length % 4 !== 0 || (bytes[0] ?? 0) > 3) return undefined;
  if (bytes.readUInt16BE(2) !== bytes.length - STUN_HEADER_BYTES) return undefined;
  if (bytes.readUInt32BE(4) !== MAGIC_COOKIE) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let offset = STUN_HEADER_BYTES; offset < bytes.length;) {
    const attribute = bytes.readUInt16BE(offset);
    const length = bytes.readUInt16BE(offset + 2);
    const end = offset + 4 + length;
    if (end > bytes.length) return undefined;
    // The integrity does not cover the attributes after it.
    if (!attributes.has(ATTRIBUTE.messageIntegrity) && !attributes.has(attribute))
      attributes.set(attribute, bytes.subarray(offset + 4, end));
    offset = end + padding(length);
  }
  return { type: bytes.readUInt16BE(0), transactionId: bytes.subarray(8, STUN_HEADER_BYTES), attributes };
}

/** Whether a message, read from these bytes, contains a MESSAGE-INTEGRITY made with this key. */
export function verifiesStun(bytes: Buffer, { attributes }: StunMessage, key: Buffer): boolean {
  const mac = attributes.get(ATTRIBUTE.messageIntegrity);
  if (mac?.length !== INTEGRITY_BYTES) return false;
  const before = mac.byteOffset - bytes.byteOffset - 4;
  return timingSafeEqual(mac, integrity(Buffer.from(bytes.subarray(0, before)), key));
}

/** RFC 8489 section 9.2.2; the names here need no preparation, they are ASCII. */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest();
}

/** @param message everything before the attribute; its length field is set as if the attribute were present */
function integrity(message: Buffer, key: Buffer): Buffer {
  message.writeUInt16BE(message.length - STUN_HEADER_BYTES + 4 + INTEGRITY_BYTES, 2);
  return createHmac('sha1', key).update(message).digest();
}

function attributeHeader(type: number, length: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(length, 2);
  return header;
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}
