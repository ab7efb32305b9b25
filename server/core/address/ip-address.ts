/**
 * IP addresses: one parser, one canonical form, one test for ranges.
 *
 * Invariants: an IPv4 address written as IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is the IPv4 address
 * everywhere; the parser accepts exactly what a socket accepts. ipaddr.js does the arithmetic; text is parsed here,
 * because express's version of ipaddr.js accepts `017.0.0.1` and `1:2:3:4:5:6:7:8:` and refuses `::192.0.2.1`.
 */

import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** All addresses that share the first `prefix` bits. */
export interface IpRange {
  readonly network: IpAddress;
  readonly prefix: number;
}

const MAPPED: IpRange = {
  network: new ipaddr.IPv6([0, 0, 0, 0, 0, 0xffff, 0, 0]),
  prefix: 96,
};
const GROUPS = 8;

/**
 * @param text a zone (`%eth0`) is dropped: it has a meaning only on this machine. @returns undefined when it is not an
 * address
 */
export function parseIp(text: string): IpAddress | undefined {
  // The form in which dual-stack sockets write IPv4: by far the most frequent.
  const octets = readOctets(/^::ffff:\d/i.test(text) ? text.slice(7) : text);
  if (octets) return new ipaddr.IPv4(octets);
  const groups = readGroups(text.replace(/%[^%]+$/, ''));
  return groups && unmapped(new ipaddr.IPv6(groups));
}

/** @param bytes 4 or 16, network byte order */
export function ipOfBytes(bytes: Uint8Array): IpAddress {
  return bytes.length === 4 ? new ipaddr.IPv4([...bytes]) : unmapped(new ipaddr.IPv6([...bytes]));
}

/** The canonical form of an address (RFC 5952). @returns undefined when it is not an address */
export function canonicalIp(text: string): string | undefined {
  const address = parseIp(text);
  return address && formatIp(address);
}

/** RFC 5952 section 4: the longest run of zeros is omitted, the first of equals. */
export function formatIp(address: IpAddress): string {
  const groups = address.toNormalizedString();
  if (isIpv4(address)) return groups;
  const runs = [...groups.matchAll(/\b0(?::0)+\b/g)];
  const longest = runs.reduce((best, run) => (run[0].length > (best?.[0].length ?? 0) ? run : best), runs[0]);
  if (!longest) return groups;
  const head = groups.slice(0, longest.index).replace(/:$/, '');
  const tail = groups.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${head}::${tail}`;
}

export function isIpv4(address: IpAddress): address is ipaddr.IPv4 {
  return address.kind() === 'ipv4';
}

/** @param text `10.0.0.0/8`, or a single address. @returns undefined for other text */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', digits, ...rest] = text.split('/');
  const network = parseIp(address);
  if (!network || address.includes('%') || rest.length > 0) return undefined;
  const bits = address.includes(':') ? 128 : 32;
  const prefix = digits === undefined ? bits : Number(digits);
  if (digits !== undefined && !/^\d{1,3}$/.test(digits)) return undefined;
  if (prefix > bits) return undefined;
  if (bits === 32 || !isIpv4(network)) return { network, prefix };
  // Mapped IPv4 addresses; a range beyond those would contain both families.
  return prefix < MAPPED.prefix ? undefined : { network, prefix: prefix - MAPPED.prefix };
}

export function isInRange(address: IpAddress, { network, prefix }: IpRange): boolean {
  if (isIpv4(address)) return isIpv4(network) && address.match(network, prefix);
  return !isIpv4(network) && address.match(network, prefix);
}

/**
 * @param ranges in the syntax of `parseIpRange`; others contain nothing. @returns whether an address, as text, is in
 * one of them
 */
export function ipRanges(ranges: readonly string[]): (text: string) => boolean {
  const parsed = ranges.flatMap((range) => parseIpRange(range) ?? []);
  return (text) => {
    const address = parseIp(text);
    return address !== undefined && parsed.some((range) => isInRange(address, range));
  };
}

/** @param prefix in bits. @returns the address with all bits after the prefix set to 0 */
export function maskIp(address: IpAddress, prefix: number): IpAddress {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
  return isIpv4(address) ? new ipaddr.IPv4(bytes) : new ipaddr.IPv6(bytes);
}

function unmapped(address: ipaddr.IPv6): IpAddress {
  return isInRange(address, MAPPED) ? address.toIPv4Address() : address;
}

/** @returns eight 16-bit numbers; undefined when it is not an IPv6 address (RFC 4291 section 2.2) */
function readGroups(text: string): number[] | undefined {
  const plain = dottedTailAsGroups(text);
  if (plain === undefined || !/^[\da-f:]{2,39}$/i.test(plain) || /:::|::.*::/.test(plain)) return undefined;
  const halves = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail = []] = halves;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** @returns four 8-bit numbers; leading zeros, which some parsers read as octal, are refused */
function readOctets(text: string): number[] | undefined {
  if (!/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** `64:ff9b::192.0.2.1` → `64:ff9b::c000:201` */
function dottedTailAsGroups(text: string): string | undefined {
  const start = text.lastIndexOf(':') + 1;
  const tail = text.slice(start);
  if (!tail.includes('.')) return text;
  const [a, b, c, d] = readOctets(tail) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
