/**
 * Addresses shared by several clients in this machine's networks: a request from one of them may come from anyone.
 *
 * Routers that rewrite source addresses, and container hosts that forward published ports, both show outside clients
 * under an address of the private network: the gateway's, or this machine's own. A container host has the first address
 * of each of its bridges, whichever of them is the default route.
 */

import { ipOfBytes, maskIp, parseIpRange, formatIp, type IpAddress } from './ip-address.ts';
import { kindOf } from './special-addresses.ts';

export interface MachineNetworks {
  /** Own addresses with the prefix of their network, like `172.17.0.2/16`. */
  readonly interfaces: readonly string[];
  /** Text of Linux's /proc/net/route; '' elsewhere. */
  readonly ipv4Routes: string;
  /** Text of Linux's /proc/net/ipv6_route; '' elsewhere. */
  readonly ipv6Routes: string;
}

/** @returns addresses in canonical form; never loopback ones, which stand for this machine only */
export function gatewaysOf({ interfaces, ipv4Routes, ipv6Routes }: MachineNetworks): Set<string> {
  const addresses = [
    ...interfaces.flatMap(ownAndFirst),
    ...ipv4Gateways(ipv4Routes),
    ...ipv6Gateways(ipv6Routes),
  ].filter((address) => kindOf(address) !== 'loopback' && kindOf(address) !== 'unspecified');
  return new Set(addresses.map(formatIp));
}

function ownAndFirst(text: string): IpAddress[] {
  const range = parseIpRange(text);
  if (!range) return [];
  const { network: own, prefix } = range;
  const bytes = Uint8Array.from(maskIp(own, prefix).toByteArray());
  // Networks of one address, or of two ends (RFC 3021, RFC 6164), have no separate first address.
  if (prefix >= bytes.length * 8 - 1) return [own];
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1;
  return [own, ipOfBytes(bytes)];
}

/** Columns: interface, destination, gateway, …; numbers in hexadecimal, in the byte order of the machine (little-endian). */
function ipv4Gateways(table: string): IpAddress[] {
  return table.split('\n').flatMap((line) => {
    const gateway = /^\S+\s+[\dA-F]{8}\s+([\dA-F]{8})\s/i.exec(line)?.[1];
    return gateway === undefined ? [] : ipOfBytes(Buffer.from(gateway, 'hex').toReversed());
  });
}

/** Columns: destination, its prefix, source, its prefix, next hop, …; addresses in network byte order. */
function ipv6Gateways(table: string): IpAddress[] {
  return table.split('\n').flatMap((line) => {
    const gateway = /^(?:[\da-f]{32} [\da-f]{2} ){2}([\da-f]{32}) /i.exec(line)?.[1];
    return gateway === undefined ? [] : ipOfBytes(Buffer.from(gateway, 'hex'));
  });
}
