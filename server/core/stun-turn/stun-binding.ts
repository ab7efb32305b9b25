/**
 * A STUN binding request and its answer (RFC 8489 section 5 and 14.2): who asks learns that the server is there, and the
 * address it is seen at.
 */

import { readXorAddress } from './stun-address.ts';
import { ATTRIBUTE, readStun, STUN_HEADER_BYTES, writeStun } from './stun-message.ts';

const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;

/** @param transactionId 12 random bytes */
export function stunBindingRequest(transactionId: Uint8Array): Buffer {
  return writeStun(BINDING_REQUEST, transactionId, []);
}

/**
 * @param received what has come so far, which over a stream may be less than the answer, or more
 * @returns the address the request came from, as the server saw it; undefined when this is no answer to that request
 */
export function readStunBindingResponse(received: Buffer, transactionId: Uint8Array): string | undefined {
  if (received.length < STUN_HEADER_BYTES) return undefined;
  const message = readStun(received.subarray(0, STUN_HEADER_BYTES + received.readUInt16BE(2)));
  if (message?.type !== BINDING_RESPONSE || !message.transactionId.equals(transactionId)) return undefined;
  const value = message.attributes.get(ATTRIBUTE.xorMappedAddress);
  return value && readXorAddress(value, transactionId)?.address;
}
