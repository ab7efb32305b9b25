/**
 * Transport addresses in STUN, masked so that no NAT on the way rewrites them (RFC 8489 section 14.2): 0, family, port,
 * address, the latter two XORed with the magic cookie and the transaction id.
 */

import { MAGIC_COOKIE } from './stun-message.ts';

export interface TransportAddress {
  /** IPv4 or IPv6, in the form `canonicalAddress` gives. */
  readonly address: string;
  readonly port: number;
}

const IPV4 = 1;
const IPV6 = 2;

/** @returns undefined for what is no such attribute */
export function readXorAddress(value: Buffer, transactionId: Uint8Array): TransportAddress | undefined {
  const family = value.length === 8 ? IPV4 : value.length === 20 ? IPV6 : undefined;
  if (family === undefined || value[1] !== family) return undefined;
  const port = value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16);
  const bytes = masked(value.subarray(4), transactionId);
  return { address: family === IPV4 ? bytes.join('.') : ipv6Text(bytes), port };
}

/** @throws RangeError when the address is none */
export function writeXorAddress({ address, port }: TransportAddress, transactionId: Uint8Array): Buffer {
  const bytes = addressBytes(address);
  if (!bytes) throw new RangeError(`${address} is no IP address`);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? IPV4 : IPV6;
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  value.set(masked(bytes, transactionId), 4);
  return value;
}

/** @returns one spelling per address, or undefined for what is none; IPv4 in IPv6 becomes IPv4 */
export function canonicalAddress(text: string): string | undefined {
  const bytes = addressBytes(text);
  if (!bytes) return undefined;
  return bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes);
}

function masked(bytes: Uint8Array, transactionId: Uint8Array): Buffer {
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(MAGIC_COOKIE, 0);
  mask.set(transactionId, 4);
  return Buffer.from(bytes.map((byte, i) => byte ^ (mask[i] ?? 0)));
}

function addressBytes(text: string): Buffer | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(mapped)) {
    const numbers = mapped.split('.').map(Number);
    return numbers.every((number) => number <= 255) ? Buffer.from(numbers) : undefined;
  }
  return ipv6Bytes(text);
}

function ipv6Bytes(text: string): Buffer | undefined {
  if (!/^[\da-f:]{2,39}$/i.test(text) || /:::|::.*::/.test(text)) return undefined;
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail = []] = halves;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const bytes = Buffer.alloc(16);
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return bytes;
}

/** Eight groups, none left out: another spelling than people's, but a single one. */
function ipv6Text(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':');
}
