/**
 * Addresses that the server may send user-configured messages to.
 *
 * The checked address is the one connected to, so a name cannot resolve differently in between.
 */

import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { parseIp } from '../core/address/ip-address.ts';
import { isGloballyReachable, kindBehind } from '../core/address/special-addresses.ts';

/** @param address of IPv4 or IPv6 */
export type MayReceive = (address: string) => boolean;

/**
 * For webhooks, which administrators configure: the internet and home automation, which runs at a private address, in
 * an overlay network or on this machine. Excluded are the metadata addresses where clouds serve machine credentials.
 */
export const isReceiverForWebhooks: MayReceive = (text) => {
  const address = parseIp(text);
  if (!address) return false;
  return isGloballyReachable(address) || ['private', 'shared', 'loopback'].includes(kindBehind(address));
};

/** For push endpoints, which every user can set: public unicast addresses only. */
export const isReceiverForPush: MayReceive = (text) => {
  const address = parseIp(text);
  return address !== undefined && kindBehind(address) === 'public';
};

export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  constructor(host: string) {
    super(`nothing is sent to ${host}: this address is not allowed for receivers`);
  }
}

/**
 * @param host a name or an address, IPv6 in brackets. @throws RefusedAddress for a forbidden address; names are checked
 * when they are resolved
 */
export function assertMayReceive(host: string, mayReceive: MayReceive): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (parseIp(address) && !mayReceive(address)) throw new RefusedAddress(address);
}

/** For net.connect, which does not call it for a literal address. */
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
