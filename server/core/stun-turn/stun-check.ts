/**
 * Finds the user of a connectivity check before anything else in it is trusted (RFC 8489 sections 5 and 14).
 *
 * The message integrity can only be verified with the user's password, so this much must be read from unverified bytes.
 * It also requires the shape every ICE agent sends: MESSAGE-INTEGRITY, then FINGERPRINT, then nothing, because the
 * integrity does not cover what follows it (RFC 8489 section 14.5).
 */

const HEADER_BYTES = 20;
/** A check has about 100 bytes; no path needs to carry more than IPv6's minimum MTU (RFC 8489 section 6.1). */
const MAX_CHECK_BYTES = 1280;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const USERNAME = 0x0006;
/** Attribute headers, type and length: both have one length only. */
const MESSAGE_INTEGRITY_HEADER = 0x0008_0014;
const FINGERPRINT_HEADER = 0x8028_0004;
const INTEGRITY_FROM_END = 32;
const FINGERPRINT_FROM_END = 8;

/** The first byte tells STUN (0…3), DTLS (20…63) and SRTP (128…191) apart on one socket: RFC 7983 section 7. */
export function isStun(datagram: Uint8Array): boolean {
  return datagram[0] !== undefined && datagram[0] <= 3;
}

/**
 * @returns the part of USERNAME before the colon, which is the receiver's username fragment (RFC 8445 section 7.2.2);
 * undefined when this is not a well-formed connectivity check
 */
export function localUsernameFragment(datagram: Buffer): string | undefined {
  const { length } = datagram;
  if (length < HEADER_BYTES + INTEGRITY_FROM_END || length > MAX_CHECK_BYTES || length % 4 !== 0)
    return undefined;
  if (datagram.readUInt16BE(0) !== BINDING_REQUEST || datagram.readUInt32BE(4) !== MAGIC_COOKIE)
    return undefined;
  if (datagram.readUInt16BE(2) !== length - HEADER_BYTES) return undefined;
  if (datagram.readUInt32BE(length - INTEGRITY_FROM_END) !== MESSAGE_INTEGRITY_HEADER) return undefined;
  if (datagram.readUInt32BE(length - FINGERPRINT_FROM_END) !== FINGERPRINT_HEADER) return undefined;
  for (let offset = HEADER_BYTES; offset < length - INTEGRITY_FROM_END;) {
    const end = offset + 4 + datagram.readUInt16BE(offset + 2);
    if (end > length - INTEGRITY_FROM_END) return undefined;
    if (datagram.readUInt16BE(offset) === USERNAME) {
      const username = datagram.toString('utf8', offset + 4, end);
      const colon = username.indexOf(':');
      return colon > 0 ? username.slice(0, colon) : undefined;
    }
    offset = end + ((4 - (end % 4)) % 4);
  }
  return undefined;
}
