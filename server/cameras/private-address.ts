/** Whether a peer is on this machine or in the same private network (RFC 1918, RFC 3927, RFC 4193, RFC 4291). */

import { BlockList, isIPv6 } from 'node:net';

const PRIVATE = new BlockList();
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** @param address as a socket gives it; anything that is no address is not private */
export function isPrivateAddress(address: string): boolean {
  const plain = MAPPED_IPV4.exec(address)?.[1] ?? address;
  return PRIVATE.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
