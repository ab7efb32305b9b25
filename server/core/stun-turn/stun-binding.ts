/**
 * A STUN binding request and its answer (RFC 8489 sections 5 and 14.2): it tells the client that the server is
 * reachable, and the client's address as the server sees it.
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
 * @param received the bytes so far, over a stream possibly less or more than the answer
 * @returns the request's source address as the server saw it; undefined when this is not an answer to that request
 */
export function readStunBindingResponse(received: Buffer, transactionId: Uint8Array): string | undefined {
  if (received.length < STUN_HEADER_BYTES) return undefined;
  const message = readStun(received.subarray(0, STUN_HEADER_BYTES + received.readUInt16BE(2)));
  if (message?.type !== BINDING_RESPONSE || !message.transactionId.equals(transactionId)) return undefined;
  const value = message.attributes.get(ATTRIBUTE.xorMappedAddress);
  return value && readXorAddress(value, transactionId)?.address;
}
