/** Adds IPv6 to the networks of home-and-away.ts: no NAT, and firewalls that let only answers in. */

import type { HomeAndAway } from './home-and-away.ts';
import type { Host } from './host.ts';

export const HOME_IPV6 = '2a01:e0a:1::10';
const AWAY_IPV6 = '2a01:cb00:2::10';
export const RENTED_IPV6 = '2a01:e0a:ff::10';

const HOME_LINE = '2a01:e0a:ff::2';
const AWAY_LINE = '2a01:e0a:ff::3';

/** @param tcpPort of the page, which the home's firewall lets in */
export function addIpv6(
  { server, viewer, rented, homeRouter, viewersRouter }: HomeAndAway,
  tcpPort: number,
): void {
  host(server, 'eth0', HOME_IPV6, '2a01:e0a:1::1');
  host(viewer, 'eth0', AWAY_IPV6, '2a01:cb00:2::1');
  host(rented, 'eth0', RENTED_IPV6);
  rented.ip(...route('2a01:e0a:1::/64', HOME_LINE), ...route('2a01:cb00:2::/64', AWAY_LINE));
  router(homeRouter.host, '2a01:e0a:1::1', HOME_LINE, route('2a01:cb00:2::/64', AWAY_LINE), tcpPort);
  router(viewersRouter.host, '2a01:cb00:2::1', AWAY_LINE, route('2a01:e0a:1::/64', HOME_LINE));
}

function host(machine: Host, interfaceName: string, address: string, gateway?: string): void {
  machine.ip(
    `addr add ${address}/64 dev ${interfaceName} nodad`,
    // As every machine has one; it is of no use to viewers.
    `addr add fe80::${address.at(5)}/64 dev ${interfaceName} nodad`,
    ...(gateway === undefined ? [] : [`route add default via ${gateway}`]),
  );
}

function route(network: string, via: string): string[] {
  return [`route add ${network} via ${via}`];
}

function router(machine: Host, lan: string, wan: string, routes: readonly string[], tcpPort?: number): void {
  machine.run('sysctl', ['-q', '-w', 'net.ipv6.conf.all.forwarding=1']);
  machine.ip(
    // Without a link-local address the kernel asks for no neighbour of the packets that it forwards.
    'addr add fe80::1/64 dev lan nodad',
    `addr add fe80::${wan.at(-1)}:1/64 dev wan nodad`,
    `addr add ${lan}/64 dev lan nodad`,
    `addr add ${wan}/64 dev wan nodad`,
    ...routes,
  );
  machine.run(
    'nft',
    ['-f', '-'],
    `table ip6 firewall {
       chain forward {
         type filter hook forward priority filter; policy drop;
         iifname lan accept
         iifname wan ct state established,related accept
         ${tcpPort === undefined ? '' : `iifname wan tcp dport ${tcpPort} accept`}
       }
     }`,
  );
}
