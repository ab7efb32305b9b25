/**
 * Transport addresses in STUN, masked so that NATs on the way do not rewrite them (RFC 8489 section 14.2): 0, family,
 * port, address, the latter two XORed with the magic cookie and the transaction id.
 */

import { ipOfBytes, parseIp, formatIp } from '../address/ip-address.ts';
import { MAGIC_COOKIE } from './stun-message.ts';

export interface TransportAddress {
  /** IPv4 or IPv6, in canonical form (address/ip-address.ts). */
  readonly address: string;
  readonly port: number;
}

const IPV4 = 1;
const IPV6 = 2;

/** @returns undefined when it is not such an attribute */
export function readXorAddress(value: Buffer, transactionId: Uint8Array): TransportAddress | undefined {
  const family = value.length === 8 ? IPV4 : value.length === 20 ? IPV6 : undefined;
  if (family === undefined || value[1] !== family) return undefined;
  const port = value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16);
  const bytes = masked(value.subarray(4), transactionId);
  return { address: formatIp(ipOfBytes(bytes)), port };
}

/** @throws RangeError when the address is malformed */
export function writeXorAddress({ address, port }: TransportAddress, transactionId: Uint8Array): Buffer {
  const bytes = parseIp(address)?.toByteArray();
  if (!bytes) throw new RangeError(`${address} is no IP address`);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? IPV4 : IPV6;
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  value.set(masked(Uint8Array.from(bytes), transactionId), 4);
  return value;
}

function masked(bytes: Uint8Array, transactionId: Uint8Array): Buffer {
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(MAGIC_COOKIE, 0);
  mask.set(transactionId, 4);
  return Buffer.from(bytes.map((byte, i) => byte ^ (mask[i] ?? 0)));
}
