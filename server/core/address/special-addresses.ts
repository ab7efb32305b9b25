/**
 * Special-purpose addresses: one table of ranges and their kinds.
 *
 * Source: IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, as of 2025), the multicast and deprecated
 * ranges of RFC 5771 and RFC 4291, and the metadata addresses where clouds serve machine credentials.
 *
 * Invariants: the longest range that contains an address decides; an IPv6 address outside 2000::/3 is reserved unless
 * the table names it (RFC 4291 section 2.4: IANA assigns from there only).
 */

import {
  isInRange,
  isIpv4,
  ipOfBytes,
  parseIp,
  parseIpRange,
  type IpAddress,
  type IpRange,
} from './ip-address.ts';

export type AddressKind =
  /** Unicast, in no special range. */
  | 'public'
  /** This machine. */
  | 'loopback'
  /** Private networks (RFC 1918, RFC 4193). */
  | 'private'
  /** Between a provider and its customers, and in overlays such as Tailscale (RFC 6598). */
  | 'shared'
  | 'linkLocal'
  /** Metadata services of clouds, which serve credentials. */
  | 'metadata'
  /** Embeds an IPv4 address (see `embeddedIpv4`). */
  | 'nat64'
  | '6to4'
  | 'teredo'
  /** A service of the network itself, such as the nearest router. */
  | 'protocol'
  | 'documentation'
  | 'benchmarking'
  | 'unspecified'
  | 'multicast'
  | 'broadcast'
  | 'reserved';

interface SpecialRange extends IpRange {
  readonly text: string;
  readonly kind: AddressKind;
  readonly globallyReachable: boolean;
}

const RANGES: readonly SpecialRange[] = (
  [
    // IPv4 Special-Purpose Address Registry.
    ['0.0.0.0/8', 'unspecified'],
    ['10.0.0.0/8', 'private'],
    ['100.64.0.0/10', 'shared'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'linkLocal'],
    ['172.16.0.0/12', 'private'],
    ['192.0.0.0/24', 'protocol'],
    ['192.0.0.9/32', 'protocol', 'reachable'],
    ['192.0.0.10/32', 'protocol', 'reachable'],
    ['192.0.2.0/24', 'documentation'],
    ['192.31.196.0/24', 'protocol', 'reachable'],
    ['192.52.193.0/24', 'protocol', 'reachable'],
    ['192.88.99.0/24', 'reserved'],
    ['192.168.0.0/16', 'private'],
    ['192.175.48.0/24', 'protocol', 'reachable'],
    ['198.18.0.0/15', 'benchmarking'],
    ['198.51.100.0/24', 'documentation'],
    ['203.0.113.0/24', 'documentation'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    ['255.255.255.255/32', 'broadcast'],
    // IPv6 Special-Purpose Address Registry.
    ['::1/128', 'loopback'],
    ['::/128', 'unspecified'],
    ['64:ff9b::/96', 'nat64', 'reachable'],
    // The operator chooses the position of the IPv4 address (RFC 8215).
    ['64:ff9b:1::/48', 'reserved'],
    ['100::/64', 'reserved'],
    ['100:0:0:1::/64', 'reserved'],
    ['2001::/23', 'protocol'],
    ['2001::/32', 'teredo'],
    ['2001:1::1/128', 'protocol', 'reachable'],
    ['2001:1::2/128', 'protocol', 'reachable'],
    ['2001:1::3/128', 'protocol', 'reachable'],
    ['2001:2::/48', 'benchmarking'],
    ['2001:3::/32', 'protocol', 'reachable'],
    ['2001:4:112::/48', 'protocol', 'reachable'],
    ['2001:10::/28', 'protocol'],
    ['2001:20::/28', 'protocol', 'reachable'],
    ['2001:30::/28', 'protocol', 'reachable'],
    ['2001:db8::/32', 'documentation'],
    ['2002::/16', '6to4'],
    ['2620:4f:8000::/48', 'protocol', 'reachable'],
    ['3fff::/20', 'documentation'],
    ['5f00::/16', 'protocol'],
    ['fc00::/7', 'private'],
    ['fe80::/10', 'linkLocal'],
    ['ff00::/8', 'multicast'],
    // Amazon, Google, DigitalOcean, Azure and others; Amazon and Google by IPv6; Azure; Alibaba; Oracle.
    ['169.254.169.254/32', 'metadata'],
    ['fd00:ec2::254/128', 'metadata'],
    ['fd20:ce::254/128', 'metadata'],
    ['168.63.129.16/32', 'metadata'],
    ['100.100.100.200/32', 'metadata'],
    ['192.0.0.192/32', 'metadata'],
  ] as const
)
  .map(([text, kind, reachable]) => specialRange(text, kind, reachable === 'reachable'))
  .sort((one, other) => other.prefix - one.prefix);

const ASSIGNED_IPV6 = specialRange('2000::/3', 'public', true);
const UNASSIGNED_IPV6 = specialRange('::/0', 'reserved', false);
const ANY_IPV4 = specialRange('0.0.0.0/0', 'public', true);

/** The kind of the address itself; an address that embeds an IPv4 address is `nat64`, `6to4` or `teredo`. */
export function kindOf(address: IpAddress): AddressKind {
  return rangeOf(address).kind;
}

/** According to the registries; an address that embeds an IPv4 address is as reachable as that one. */
export function isGloballyReachable(address: IpAddress): boolean {
  return rangeOf(judged(address)).globallyReachable;
}

/** The kind of the destination: that of the embedded IPv4 address, if there is one. */
export function kindBehind(address: IpAddress): AddressKind {
  return kindOf(judged(address));
}

/**
 * The IPv4 address behind NAT64 (RFC 6052 section 2.2), 6to4 (RFC 3056 section 2) or Teredo (RFC 4380 section 4: the
 * client's, with its bits inverted); undefined for all others.
 */
export function embeddedIpv4(address: IpAddress): IpAddress | undefined {
  const bytes = Uint8Array.from(address.toByteArray());
  const kind = kindOf(address);
  if (kind === 'nat64') return ipOfBytes(bytes.subarray(12));
  if (kind === '6to4') return ipOfBytes(bytes.subarray(2, 6));
  if (kind === 'teredo') return ipOfBytes(bytes.subarray(12).map((byte) => byte ^ 0xff));
  return undefined;
}

/**
 * Whether a peer is on this machine or in the same private network. Takes text as a socket returns it; false for text
 * that is not an address. An IPv4 address embedded in IPv6 does not count: such a peer came through a translator or a
 * tunnel.
 */
export function isPrivateAddress(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && ['loopback', 'private', 'linkLocal'].includes(kindOf(address));
}

/** RFC 3927, RFC 4291 section 2.5.6: valid on one link only. */
export function isLinkLocal(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && kindOf(address) === 'linkLocal';
}

/** Every range of these kinds, as `10.0.0.0/8`. */
export function rangesOf(...kinds: AddressKind[]): string[] {
  return RANGES.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
}

function judged(address: IpAddress): IpAddress {
  return embeddedIpv4(address) ?? address;
}

function rangeOf(address: IpAddress): SpecialRange {
  const special = RANGES.find((range) => isInRange(address, range));
  if (special) return special;
  if (isIpv4(address)) return ANY_IPV4;
  return isInRange(address, ASSIGNED_IPV6) ? ASSIGNED_IPV6 : UNASSIGNED_IPV6;
}

function specialRange(text: string, kind: AddressKind, globallyReachable: boolean): SpecialRange {
  const range = parseIpRange(text);
  if (!range) throw new Error(`${text} is not a range of addresses`);
  return { ...range, text, kind, globallyReachable };
}
