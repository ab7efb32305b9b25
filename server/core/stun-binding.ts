/**
 * A STUN binding request and its answer (RFC 8489 section 5 and 14.2): who asks learns that the server is there, and the
 * address it is seen at.
 */

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const IPV4 = 1;
const IPV6 = 2;

export const TRANSACTION_ID_BYTES = 12;

/** @param transactionId 12 random bytes */
export function stunBindingRequest(transactionId: Uint8Array): Buffer {
  const request = Buffer.alloc(HEADER_BYTES);
  request.writeUInt16BE(BINDING_REQUEST, 0);
  request.writeUInt32BE(MAGIC_COOKIE, 4);
  request.set(transactionId, 8);
  return request;
}

/** @returns the address the request came from, as the server saw it; undefined when this is no answer to that request */
export function readStunBindingResponse(message: Buffer, transactionId: Uint8Array): string | undefined {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== BINDING_RESPONSE) return undefined;
  if (message.readUInt32BE(4) !== MAGIC_COOKIE || !message.subarray(8, HEADER_BYTES).equals(transactionId))
    return undefined;
  const end = HEADER_BYTES + message.readUInt16BE(2);
  if (end > message.length) return undefined;
  for (let offset = HEADER_BYTES; offset + 4 <= end;) {
    const length = message.readUInt16BE(offset + 2);
    const value = message.subarray(offset + 4, offset + 4 + length);
    if (message.readUInt16BE(offset) === XOR_MAPPED_ADDRESS) return unmasked(value, message.subarray(4, 20));
    offset += 4 + length + ((4 - (length % 4)) % 4);
  }
  return undefined;
}

/** @param mask magic cookie and transaction id */
function unmasked(value: Buffer, mask: Buffer): string | undefined {
  const bytes = value.subarray(4).map((byte, i) => byte ^ (mask[i] ?? 0));
  if (value[1] === IPV4 && bytes.length === 4) return bytes.join('.');
  if (value[1] !== IPV6 || bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) =>
    Buffer.from(bytes)
      .readUInt16BE(i * 2)
      .toString(16),
  );
  return groups.join(':');
}
