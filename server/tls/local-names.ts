/**
 * Names under which clients in the LAN may reach this machine: its host name, plain and in .local (RFC 6762),
 * localhost, its addresses, and the announced ones.
 */

import type { NetworkInterfaceInfo } from 'node:os';
import { canonicalIp, parseIp } from '../core/address/ip-address.ts';
import { isLinkLocal, isPrivateAddress } from '../core/address/special-addresses.ts';

export interface LocalNamesOf {
  hostname: string;
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** Host names and IP addresses. */
  announced: readonly string[];
}

const DNS_NAME = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/;
/** Enough for a machine with containers and VPNs; a certificate is sent with each handshake. */
const MAX_NAMES = 64;

/** Lower case, without duplicates, in the same order for the same machine. */
export function localNames({ hostname, interfaces, announced }: LocalNamesOf): string[] {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  const [label = ''] = host.split('.');
  const names = ['localhost', host, `${label}.local`].filter(
    (name) => DNS_NAME.test(name) && parseIp(name) === undefined,
  );
  const addresses = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    // Link-local addresses need a zone; public IPv6 addresses change daily.
    .filter(
      ({ family, address }) => family === 'IPv4' || (isPrivateAddress(address) && !isLinkLocal(address)),
    )
    .map(({ address }) => address);
  const all = [
    ...names,
    '127.0.0.1',
    '::1',
    ...announced.map((name) => canonicalIp(name) ?? name.toLowerCase()),
    ...addresses.sort(),
  ];
  return [...new Set(all)].slice(0, MAX_NAMES);
}
