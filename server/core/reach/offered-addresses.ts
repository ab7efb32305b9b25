/**
 * The server's addresses that a viewer is given, the most preferred first.
 *
 * Chromium sends one connectivity check per 48 ms over all pairs of candidates, so each address that cannot work delays
 * the one that does.
 *
 * Invariants: a viewer from outside gets no private, shared, link-local or container's address, and at most one of the
 * machine's own addresses per family, unless a relay beside the server needs them: then they come last. A viewer who
 * would be given nothing is given everything.
 */

import { isIpv4, parseIp } from '../address/ip-address.ts';
import type { NetworkInterfaces } from '../address/lan-addresses.ts';
import { networkOf } from '../address/network.ts';
import { isLinkLocal, kindOf, type AddressKind } from '../address/special-addresses.ts';
import type { TransportAddress } from '../stun-turn/stun-address.ts';

export interface KnownAddresses {
  /** UDP, of the socket for all viewers. */
  port: number;
  /** From the configuration; they come first. */
  announced: readonly string[];
  interfaces: NetworkInterfaces;
  /** From which the system sends to the internet: what it sends from another one, browsers ignore. */
  source: readonly string[];
  /** As the NAT in front shows the UDP port. */
  mapped: TransportAddress | undefined;
  /** A TURN server that viewers use may be in the server's own network, and reach it there only. */
  relayMayBeInside: boolean;
}

/** UDP; the TCP port is the machine's, so a mapped address has none. */
export interface OfferedAddress extends TransportAddress {
  readonly isMapped: boolean;
}

/** Kinds of viewers that are in the server's network, or look like it: behind a proxy, anybody may. */
const INSIDE: readonly AddressKind[] = ['loopback', 'private', 'shared', 'linkLocal'];

/** @param viewerAddress where the viewer signals from */
export function offeredAddresses(server: KnownAddresses, viewerAddress: string): OfferedAddress[] {
  const { announced, relayMayBeInside, source } = server;
  const own = interfaceAddresses(server.interfaces, isOf(viewerAddress, ['loopback']));
  const everything = [...unmapped([...announced, ...own], server), ...mapped(server)];
  if (!isOutside(server, viewerAddress)) return distinct(everything);
  const few = [
    ...unmapped(announced.filter(isPublic), server),
    ...mapped(server),
    ...unmapped(onePerFamily(own.filter(isPublic), source), server),
    ...(relayMayBeInside ? everything.filter(({ address }) => !isPublic(address)) : []),
  ];
  return distinct(few.length > 0 ? few : everything);
}

/** Whether this viewer is elsewhere: neither in a private network nor behind the same NAT. */
export function isOutside(
  { announced, interfaces, mapped: seen }: KnownAddresses,
  viewerAddress: string,
): boolean {
  if (isOf(viewerAddress, INSIDE)) return false;
  const own = [...announced, ...interfaceAddresses(interfaces, false), ...(seen ? [seen.address] : [])];
  const network = networkOf(viewerAddress);
  return !own.some((address) => networkOf(address) === network);
}

function unmapped(addresses: readonly string[], { port }: KnownAddresses): OfferedAddress[] {
  return addresses.map((address) => ({ address, port, isMapped: false }));
}

function mapped({ mapped: seen }: KnownAddresses): OfferedAddress[] {
  return seen ? [{ ...seen, isMapped: true }] : [];
}

function onePerFamily(addresses: readonly string[], preferred: readonly string[]): string[] {
  return [true, false].flatMap((wantsIpv4) => {
    const family = addresses.filter((address) => isIpv4Text(address) === wantsIpv4);
    return family.find((each) => preferred.includes(each)) ?? family[0] ?? [];
  });
}

function interfaceAddresses(interfaces: NetworkInterfaces, withLoopback: boolean): string[] {
  const addresses = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    // Link-local IPv6 needs a zone, which a candidate cannot carry.
    .filter(({ address, family }) => !(family === 'IPv6' && isLinkLocal(address)));
  const outward = addresses.filter(({ internal }) => !internal);
  const loopback = addresses.filter(({ internal, family }) => internal && family === 'IPv4');
  return [...outward, ...(withLoopback || outward.length === 0 ? loopback : [])].map(
    ({ address }) => address,
  );
}

/** The first of those that are the same to a browser. */
function distinct(offered: readonly OfferedAddress[]): OfferedAddress[] {
  const byKey = new Map<string, OfferedAddress>();
  for (const each of offered) byKey.getOrInsert(`${each.address} ${each.port}`, each);
  return [...byKey.values()];
}

function isPublic(address: string): boolean {
  return isOf(address, ['public']);
}

function isOf(text: string, kinds: readonly AddressKind[]): boolean {
  const address = parseIp(text);
  return address !== undefined && kinds.includes(kindOf(address));
}

function isIpv4Text(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && isIpv4(address);
}
