/**
 * STUN binding requests, their answers, and indications (RFC 8489 sections 5 and 14.2). An answer tells the client that
 * the server is reachable, and the client's address as the server sees it. An indication is never answered: it only
 * opens, and keeps open, the NATs on its way (RFC 8445 section 11).
 */

import { readXorAddress, type TransportAddress } from './stun-address.ts';
import { withFingerprint } from './stun-fingerprint.ts';
import { ATTRIBUTE, readStun, STUN_HEADER_BYTES, writeStun } from './stun-message.ts';

const BINDING_REQUEST = 0x0001;
const BINDING_INDICATION = 0x0011;
const BINDING_RESPONSE = 0x0101;

/** @param transactionId 12 random bytes */
export function stunBindingRequest(transactionId: Uint8Array): Buffer {
  return writeStun(BINDING_REQUEST, transactionId, []);
}

/** @param transactionId 12 random bytes @returns 28 bytes */
export function stunBindingIndication(transactionId: Uint8Array): Buffer {
  return withFingerprint(writeStun(BINDING_INDICATION, transactionId, []));
}

/** @param datagram any bytes @returns whether they begin like an answer to a binding request */
export function isBindingResponse(datagram: Uint8Array): boolean {
  return datagram[0] === BINDING_RESPONSE >> 8 && datagram[1] === (BINDING_RESPONSE & 0xff);
}

/**
 * @param received the bytes so far, over a stream possibly less or more than the answer
 * @returns the request's source address as the server saw it; undefined when this is not an answer to that request
 */
export function readStunBindingResponse(
  received: Buffer,
  transactionId: Uint8Array,
): TransportAddress | undefined {
  if (received.length < STUN_HEADER_BYTES) return undefined;
  const message = readStun(received.subarray(0, STUN_HEADER_BYTES + received.readUInt16BE(2)));
  if (message?.type !== BINDING_RESPONSE || !message.transactionId.equals(transactionId)) return undefined;
  const value = message.attributes.get(ATTRIBUTE.xorMappedAddress);
  return value && readXorAddress(value, transactionId);
}
