/** The addresses a viewer is told to try: one host candidate each, all on the one UDP port (RFC 8445 section 5.1.1). */

import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { IceCandidate } from '../wire/signaling.ts';

const HOST_TYPE_PREFERENCE = 126;
const COMPONENT_RTP = 1;

/**
 * @param announced public addresses the operator configured; they come first
 * @param viewerIsLocal whether the viewer signals over loopback: only then is a loopback address of use to it
 */
export function iceCandidates(
  announced: readonly string[],
  port: number,
  viewerIsLocal: boolean,
): IceCandidate[] {
  const addresses = [...new Set([...announced, ...interfaceAddresses(viewerIsLocal)])];
  return addresses.map((address, index) => ({
    foundation: `udp${index}`,
    priority: candidatePriority(addresses.length - index),
    ip: address,
    address,
    protocol: 'udp',
    port,
    type: 'host',
  }));
}

/** RFC 8445 section 5.1.2.1. */
function candidatePriority(localPreference: number): number {
  return HOST_TYPE_PREFERENCE * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT_RTP);
}

function interfaceAddresses(withLoopback: boolean): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    // Link-local IPv6 means nothing without its zone, which a candidate cannot carry.
    .filter(({ address }) => !(isIPv6(address) && address.toLowerCase().startsWith('fe80:')));
  const outward = addresses.filter(({ internal }) => !internal);
  const loopback = addresses.filter(({ internal, family }) => internal && family === 'IPv4');
  return [...outward, ...(withLoopback || outward.length === 0 ? loopback : [])].map(
    ({ address }) => address,
  );
}
