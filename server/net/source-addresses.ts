/**
 * The addresses from which the system sends to the internet, at most one per family. A machine often has several IPv6
 * addresses (stable, temporary, old), and a socket bound to all of them answers from this one.
 *
 * Invariant: nothing is sent. Connecting a UDP socket only looks the route up.
 */

import { createSocket } from 'node:dgram';
import { canonicalIp } from '../core/address/ip-address.ts';

/** Reserved for documentation (RFC 5737, RFC 3849): routed like any address of the internet, and nobody's. */
const ANYWHERE = { udp4: '192.0.2.1', udp6: '2001:db8::1' } as const;
const ANY_PORT = 9;

/** Without the families that have no route; never throws. */
export async function sourceAddresses(): Promise<string[]> {
  const found = await Promise.all([sourceOf('udp6'), sourceOf('udp4')]);
  return found.flatMap((address) => canonicalIp(address ?? '') ?? []);
}

function sourceOf(type: 'udp4' | 'udp6'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const finish = (address?: string): void => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => finish());
    socket.connect(ANY_PORT, ANYWHERE[type], () => finish(socket.address().address));
  });
}
