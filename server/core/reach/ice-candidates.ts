/**
 * Candidates from addresses: per address one host candidate on the UDP port (RFC 8445 section 5.1.1) and, where it is
 * open, one on the TCP port (RFC 6544 section 4.1), then the relay.
 *
 * Invariant: every candidate has the type `host` and a priority of its own, which falls in the order of the addresses.
 */

import type { IceCandidate } from '../../wire/signaling.ts';
import type { TransportAddress } from '../stun-turn/stun-address.ts';
import type { OfferedAddress } from './offered-addresses.ts';

const HOST_TYPE_PREFERENCE = 126;
/** Below all UDP candidates, above relays (RFC 6544 section 4.2). */
const TCP_TYPE_PREFERENCE = 80;
/** Preference of a passive host candidate (RFC 6544 section 4.2). */
const PASSIVE_PREFERENCE = 4 * 2 ** 13;
const RELAY_TYPE_PREFERENCE = 0;
const COMPONENT_RTP = 1;

/**
 * @param offered the most preferred first
 * @param tcpPort undefined when viewers may not connect by TCP
 */
export function iceCandidates(offered: readonly OfferedAddress[], tcpPort?: number): IceCandidate[] {
  const udp = offered.map(({ address, port, isMapped }, index): IceCandidate => ({
    foundation: `udp${index}`,
    priority: candidatePriority(HOST_TYPE_PREFERENCE, offered.length - index),
    ip: address,
    address,
    protocol: 'udp',
    port,
    type: 'host',
    ...(isMapped && { mapped: true }),
  }));
  if (tcpPort === undefined) return udp;
  const open = offered.filter(({ isMapped }) => !isMapped);
  const tcp = open.map(({ address }, index): IceCandidate => ({
    foundation: `tcp${index}`,
    priority: candidatePriority(TCP_TYPE_PREFERENCE, PASSIVE_PREFERENCE + open.length - index),
    ip: address,
    address,
    protocol: 'tcp',
    port: tcpPort,
    type: 'host',
    tcpType: 'passive',
  }));
  return [...udp, ...tcp];
}

/** Lowest priority: a direct path is preferred. */
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
