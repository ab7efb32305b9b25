/**
 * Finds out whom a STUN binding request is for, before anything else of it is believed (RFC 8489 section 5 and 14).
 *
 * The message integrity can only be checked with the password that belongs to the user name, so this much must be read
 * from a stranger's bytes: it looks at nothing but lengths and the USERNAME attribute.
 */

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const USERNAME = 0x0006;

/** The first byte tells STUN (0…3), DTLS (20…63) and SRTP (128…191) apart on one socket: RFC 7983 section 7. */
export function isStun(datagram: Uint8Array): boolean {
  return datagram[0] !== undefined && datagram[0] <= 3;
}

/**
 * @returns the part of USERNAME before the colon, which is the receiver's username fragment (RFC 8445 section 7.2.2), or
 *   undefined when this is no well-formed binding request
 */
export function localUsernameFragment(datagram: Buffer): string | undefined {
  if (datagram.length < HEADER_BYTES || datagram.length % 4 !== 0) return undefined;
  if (datagram.readUInt16BE(0) !== BINDING_REQUEST || datagram.readUInt32BE(4) !== MAGIC_COOKIE)
    return undefined;
  if (datagram.readUInt16BE(2) !== datagram.length - HEADER_BYTES) return undefined;
  for (let offset = HEADER_BYTES; offset + 4 <= datagram.length;) {
    const length = datagram.readUInt16BE(offset + 2);
    const end = offset + 4 + length;
    if (end > datagram.length) return undefined;
    if (datagram.readUInt16BE(offset) === USERNAME) {
      const username = datagram.toString('utf8', offset + 4, end);
      const colon = username.indexOf(':');
      return colon > 0 ? username.slice(0, colon) : undefined;
    }
    offset = end + ((4 - (length % 4)) % 4);
  }
  return undefined;
}
