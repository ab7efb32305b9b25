/**
 * The networks of every case: Vigie's home LAN and a viewer's LAN, each behind its own router, and the internet between
 * them with a rented machine, where coturn runs.
 *
 *     192.168.1.0/24            51.15.7.0/24              10.0.0.0/24
 *     server ── home router ──── internet ──── viewer's router ── viewer, neighbour
 *                                 └── rented machine
 *
 * The internet's addresses are ordinary ones: coturn refuses to relay to those reserved for documentation.
 */

import { NatRouter, type NatRouterOptions } from './nat-router.ts';
import type { Host } from './host.ts';
import { Network } from './network.ts';

export const SERVER_ADDRESS = '192.168.1.10';
export const HOME_ADDRESS = '51.15.7.2';
export const VIEWERS_ADDRESS = '51.15.7.3';
export const RENTED_ADDRESS = '51.15.7.10';

const GATEWAYS = { home: '192.168.1.1', away: '10.0.0.1' };

export interface HomeAndAwayOptions {
  home?: NatRouterOptions;
  away?: NatRouterOptions;
  names?: Readonly<Record<string, string>>;
}

export class HomeAndAway implements Disposable {
  readonly network: Network;
  readonly server: Host;
  readonly rented: Host;
  readonly viewer: Host;
  readonly homeRouter: NatRouter;
  readonly viewersRouter: NatRouter;

  constructor({ home, away, names }: HomeAndAwayOptions = {}) {
    this.network = new Network(names);
    this.server = this.#host('server', 'home', `${SERVER_ADDRESS}/24`, GATEWAYS.home);
    this.viewer = this.#host('viewer', 'away', '10.0.0.10/24', GATEWAYS.away);
    this.rented = this.#host('rented', 'internet', `${RENTED_ADDRESS}/24`);
    this.homeRouter = this.#router('home-router', 'home', HOME_ADDRESS, GATEWAYS.home, home);
    this.viewersRouter = this.#router('away-router', 'away', VIEWERS_ADDRESS, GATEWAYS.away, away);
  }

  /** Another machine in the home LAN. */
  addAtHome(name: string, address: string): Host {
    return this.#host(name, 'home', `${address}/24`, GATEWAYS.home);
  }

  /** Another machine in the viewer's LAN. */
  addAway(name: string, address: string): Host {
    return this.#host(name, 'away', `${address}/24`, GATEWAYS.away);
  }

  [Symbol.dispose](): void {
    this.network[Symbol.dispose]();
  }

  #host(name: string, wire: string, cidr: string, gateway?: string): Host {
    const host = this.network.addHost(name);
    this.network.plug(host, 'eth0', wire, cidr);
    if (gateway !== undefined) host.routeVia(gateway);
    return host;
  }

  #router(
    name: string,
    lan: string,
    address: string,
    gateway: string,
    options?: NatRouterOptions,
  ): NatRouter {
    const host = this.network.addHost(name);
    this.network.plug(host, 'lan', lan, `${gateway}/24`);
    this.network.plug(host, 'wan', 'internet', `${address}/24`);
    return new NatRouter(host, options);
  }
}
