/**
 * The network under which an address is counted. A subscriber can choose addresses from a whole IPv6 /64, a home line often
 * from a /56, a company or a rented server from a /48 (RFC 6177), so single addresses mean nothing.
 *
 * Invariant: an IPv4 address is counted as itself in every form: mapped, behind NAT64 (where a /64 would be the whole
 * IPv4 internet), or through 6to4 or Teredo (where one address has 2^16 networks of /64, or shares a /64 with others).
 */

import { maskIp, isIpv4, parseIp, formatIp } from './ip-address.ts';
import { embeddedIpv4 } from './special-addresses.ts';

export type NetworkPrefix = 64 | 56 | 48;

/**
 * @param address as a socket returns it; text that is not an address is its own network. @returns `192.0.2.1` or
 * `2001:db8:1:2::/64`
 */
export function networkOf(address: string, prefix: NetworkPrefix = 64): string {
  const parsed = parseIp(address);
  if (!parsed) return address;
  const counted = embeddedIpv4(parsed) ?? parsed;
  return isIpv4(counted) ? formatIp(counted) : `${formatIp(maskIp(counted, prefix))}/${prefix}`;
}
