/**
 * Where messages may be sent that somebody asked this server to send.
 *
 * The address that is checked is the one that is connected to, so that a name cannot be another one by then.
 */

import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** @param address of IPv4 or IPv6 */
export type MayReceive = (address: string) => boolean;

/** Nobody's receiver: clouds answer their machines with credentials at link-local addresses. */
const nobodys = new BlockList();
/** Those and the private ones (RFC 6890, RFC 4193), shared ones (RFC 6598) and this machine. */
const houses = new BlockList();
for (const list of [nobodys, houses]) {
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addSubnet('224.0.0.0', 3, 'ipv4');
  list.addAddress('::', 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('ff00::', 8, 'ipv6');
}
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
] as const)
  houses.addSubnet(network, prefix, 'ipv4');
houses.addAddress('::1', 'ipv6');
houses.addSubnet('fc00::', 7, 'ipv6');
houses.addSubnet('64:ff9b::', 96, 'ipv6');

/** For what an administrator asks for: what runs a house is at a private address, often on this very machine. */
export const isReceiverInHouse: MayReceive = (address) => !isIn(nobodys, address);

/** For what anybody with an account can ask for: public addresses only. */
export const isReceiverOnInternet: MayReceive = (address) => !isIn(houses, address);

export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  constructor(host: string) {
    super(`nothing is sent to ${host}: it is no receiver's address`);
  }
}

/** @param host a name, or an address, in brackets if it is one of IPv6. @throws RefusedAddress for an address; names are looked up later */
export function assertMayReceive(host: string, mayReceive: MayReceive): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !mayReceive(address)) throw new RefusedAddress(address);
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

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
