/**
 * Where messages may be sent that somebody asked this server to send.
 *
 * The address that is checked is the one that is connected to, so that a name cannot be another one by then.
 */

import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { parseIp } from '../core/address/ip-address.ts';
import { isGloballyReachable, kindBehind } from '../core/address/special-addresses.ts';

/** @param address of IPv4 or IPv6 */
export type MayReceive = (address: string) => boolean;

/**
 * For what an administrator asks for (webhooks): anything on the internet, and what runs a house, which is at a private
 * address, in an overlay or on this very machine. Never where a cloud keeps its machines' credentials.
 */
export const isReceiverInHouse: MayReceive = (text) => {
  const address = parseIp(text);
  if (!address) return false;
  return isGloballyReachable(address) || ['private', 'shared', 'loopback'].includes(kindBehind(address));
};

/** For what anybody with an account can ask for (push): public unicast addresses only. */
export const isReceiverOnInternet: MayReceive = (text) => {
  const address = parseIp(text);
  return address !== undefined && kindBehind(address) === 'public';
};

export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  constructor(host: string) {
    super(`nothing is sent to ${host}: it is no receiver's address`);
  }
}

/** @param host a name, or an address, in brackets if it is one of IPv6. @throws RefusedAddress for an address; names are looked up later */
export function assertMayReceive(host: string, mayReceive: MayReceive): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (parseIp(address) && !mayReceive(address)) throw new RefusedAddress(address);
}

/** For net.connect, which does not look up what is an address already. */
export function lookupReceiver(mayReceive: MayReceive): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => mayReceive(address));
      const [first] = allowed;
      if (!first) return callback(new RefusedAddress(hostname), '', 0);
      return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}
