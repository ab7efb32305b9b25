/**
 * Where messages may be sent. An administrator names the address, and what runs a house is usually at a private one, often on
 * this very machine; so those are allowed. What is refused is nobody's receiver: link-local addresses, where clouds answer
 * their machines with credentials, multicast and the unspecified address.
 *
 * The address that is checked is the one that is connected to, so that a name cannot be another one by then.
 */

import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const refused = new BlockList();
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('224.0.0.0', 3, 'ipv4');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');

export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** @param host a name, or an address, in brackets if it is one of IPv6. @throws RefusedAddress for an address; names are looked up later */
export function assertMayReceive(host: string): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isRefused(address))
    throw new RefusedAddress(`nothing is sent to ${address}: it is no receiver's address`);
}

/** For net.connect, which does not look up what is an address already. */
export const lookupReceiver: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const allowed = addresses.filter(({ address }) => !isRefused(address));
    const [first] = allowed;
    if (!first)
      return callback(
        new RefusedAddress(`nothing is sent to ${hostname}: it is no receiver's address`),
        '',
        0,
      );
    return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
  });
};

function isRefused(address: string): boolean {
  return refused.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
