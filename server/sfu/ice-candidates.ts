/**
 * The addresses a viewer is told to try: one host candidate each on the one UDP port (RFC 8445 section 5.1.1), where it is
 * open on the one TCP port (RFC 6544 section 4.1), and the relay.
 */

import { networkInterfaces } from 'node:os';
import { isLinkLocal } from '../core/address/special-addresses.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import type { IceCandidate } from '../wire/signaling.ts';

const HOST_TYPE_PREFERENCE = 126;
/** Below everything by UDP, above relays (RFC 6544 section 4.2). */
const TCP_TYPE_PREFERENCE = 80;
/** Of a passive host candidate (RFC 6544 section 4.2). */
const PASSIVE_PREFERENCE = 4 * 2 ** 13;
const RELAY_TYPE_PREFERENCE = 0;
const COMPONENT_RTP = 1;

/**
 * @param announced public addresses the operator configured; they come first
 * @param viewerIsLocal whether the viewer signals over loopback: only then is a loopback address of use to it
 * @param tcpPort undefined when viewers may not come by TCP
 */
export function iceCandidates(
  announced: readonly string[],
  port: number,
  viewerIsLocal: boolean,
  tcpPort?: number,
): IceCandidate[] {
  const addresses = [...new Set([...announced, ...interfaceAddresses(viewerIsLocal)])];
  const udp = addresses.map((address, index): IceCandidate => ({
    foundation: `udp${index}`,
    priority: candidatePriority(HOST_TYPE_PREFERENCE, addresses.length - index),
    ip: address,
    address,
    protocol: 'udp',
    port,
    type: 'host',
  }));
  if (tcpPort === undefined) return udp;
  const tcp = addresses.map((address, index): IceCandidate => ({
    foundation: `tcp${index}`,
    priority: candidatePriority(TCP_TYPE_PREFERENCE, PASSIVE_PREFERENCE + addresses.length - index),
    ip: address,
    address,
    protocol: 'tcp',
    port: tcpPort,
    type: 'host',
    tcpType: 'passive',
  }));
  return [...udp, ...tcp];
}

/** Comes after all others: what can go directly should. */
export function relayCandidate({ address, port }: TransportAddress): IceCandidate {
  return {
    foundation: 'relay',
    priority: candidatePriority(RELAY_TYPE_PREFERENCE, 0),
    ip: address,
    address,
    protocol: 'udp',
    port,
    type: 'host',
    relayed: true,
  };
}

/** RFC 8445 section 5.1.2.1. */
function candidatePriority(typePreference: number, localPreference: number): number {
  return typePreference * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT_RTP);
}

function interfaceAddresses(withLoopback: boolean): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    // Link-local IPv6 means nothing without its zone, which a candidate cannot carry.
    .filter(({ address, family }) => !(family === 'IPv6' && isLinkLocal(address)));
  const outward = addresses.filter(({ internal }) => !internal);
  const loopback = addresses.filter(({ internal, family }) => internal && family === 'IPv4');
  return [...outward, ...(withLoopback || outward.length === 0 ? loopback : [])].map(
    ({ address }) => address,
  );
}
