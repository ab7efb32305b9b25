/** The server's addresses that a viewer is given, the most preferred first. */

import { isLinkLocal } from '../address/special-addresses.ts';
import type { NetworkInterfaces } from '../address/lan-addresses.ts';

export interface ServerAddresses {
  /** From the configuration; they come first. */
  announced: readonly string[];
  interfaces: NetworkInterfaces;
}

/** @param viewerAddress where the viewer signals from: only over loopback can it use a loopback address */
export function offeredAddresses(
  { announced, interfaces }: ServerAddresses,
  viewerAddress: string,
): string[] {
  const viewerIsLocal = viewerAddress === '::1' || viewerAddress.startsWith('127.');
  return [...new Set([...announced, ...interfaceAddresses(interfaces, viewerIsLocal)])];
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
