/** The special-purpose ranges for tests: copied from IANA's registries independently of the server's table. */

import type { AddressKind } from '../../server/core/address/special-addresses.ts';
import { ipToNumber, rangeOf } from './ip-arithmetic.ts';

export interface SpecialRange {
  range: string;
  kind: AddressKind;
  /** Called "globally reachable" in the registries. */
  reachable: boolean;
}

const row = (kind: AddressKind, reachable: boolean, ranges: string): SpecialRange[] =>
  ranges.split(' ').map((range) => ({ range, kind, reachable }));

export const SPECIAL_RANGES: readonly SpecialRange[] = [
  ...row('unspecified', false, '0.0.0.0/8 ::/128'),
  ...row('private', false, '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7'),
  ...row('shared', false, '100.64.0.0/10'),
  ...row('loopback', false, '127.0.0.0/8 ::1/128'),
  ...row('linkLocal', false, '169.254.0.0/16 fe80::/10'),
  ...row('protocol', false, '192.0.0.0/24 2001::/23 2001:10::/28 5f00::/16'),
  ...row('protocol', true, '192.0.0.9/32 192.0.0.10/32 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24'),
  ...row('protocol', true, '2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:3::/32 2001:4:112::/48'),
  ...row('protocol', true, '2001:20::/28 2001:30::/28 2620:4f:8000::/48'),
  ...row('documentation', false, '192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20'),
  ...row('benchmarking', false, '198.18.0.0/15 2001:2::/48'),
  ...row('multicast', false, '224.0.0.0/4 ff00::/8'),
  ...row('broadcast', false, '255.255.255.255/32'),
  ...row('reserved', false, '192.88.99.0/24 240.0.0.0/4 64:ff9b:1::/48 100::/64 100:0:0:1::/64'),
  // Not in the registries: IPv4-compatible and site-local addresses (RFC 4291), and everything that IANA has not
  // assigned.
  ...row('reserved', false, '0:0:0:0:0:0:102:0/112 fec0::/10 1fff::/16 4000::/3'),
  ...row('metadata', false, '169.254.169.254/32 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32'),
  ...row('metadata', false, 'fd00:ec2::254/128 fd20:ce::254/128'),
  // These are treated like the embedded IPv4 address.
  ...row('nat64', true, '64:ff9b::/96'),
  ...row('6to4', true, '2002::/16'),
  ...row('teredo', true, '2001::/32'),
];

/** The narrowest range that contains an address. @param address without a dotted tail in IPv6 */
export function specialRangeOf(address: string): SpecialRange | undefined {
  const isIpv6 = address.includes(':');
  const value = ipToNumber(address);
  const holding = SPECIAL_RANGES.filter(({ range }) => {
    const { first, last } = rangeOf(range);
    return range.includes(':') === isIpv6 && value >= first && value <= last;
  });
  const narrowest = holding.toSorted(
    (one, other) => rangeOf(other.range).prefix - rangeOf(one.range).prefix,
  )[0];
  if (narrowest || !isIpv6 || value >> 125n === 1n) return narrowest;
  return { range: '::/0', kind: 'reserved', reachable: false };
}
