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

const GATEWAYS = { home: '192.168.1.1', away: '10.0.0.1', carrier: '100.64.0.1' };
/** The home router's, between it and the carrier's. */
export const SHARED_ADDRESS = '100.64.0.2';

export interface HomeAndAwayOptions {
  home?: NatRouterOptions;
  away?: NatRouterOptions;
  /** Another NAT, the provider's, between the home router and the internet. It has the home's address there. */
  carrier?: NatRouterOptions;
  /** Default: the internet. */
  rentedWire?: string;
  names?: Readonly<Record<string, string>>;
}

export class HomeAndAway implements Disposable {
  readonly network: Network;
  readonly server: Host;
  readonly rented: Host;
  readonly viewer: Host;
  readonly homeRouter: NatRouter;
  readonly viewersRouter: NatRouter;

  constructor({ home, away, carrier, names, rentedWire = 'internet' }: HomeAndAwayOptions = {}) {
    this.network = new Network(names);
    this.server = this.#host('server', 'home', `${SERVER_ADDRESS}/24`, GATEWAYS.home);
    this.viewer = this.#host('viewer', 'away', '10.0.0.10/24', GATEWAYS.away);
    this.rented = this.#host('rented', rentedWire, `${RENTED_ADDRESS}/24`);
    const internet = { wire: 'internet', address: HOME_ADDRESS };
    const line = carrier ? { wire: 'shared', address: SHARED_ADDRESS, gateway: GATEWAYS.carrier } : internet;
    this.homeRouter = this.#router('home-router', 'home', GATEWAYS.home, line, home);
    const awayLine = { wire: 'internet', address: VIEWERS_ADDRESS };
    this.viewersRouter = this.#router('away-router', 'away', GATEWAYS.away, awayLine, away);
    if (carrier) this.#router('carrier-nat', 'shared', GATEWAYS.carrier, internet, carrier);
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

  #router(name: string, lan: string, address: string, line: Line, options?: NatRouterOptions): NatRouter {
    const host = this.network.addHost(name);
    this.network.plug(host, 'lan', lan, `${address}/24`);
    this.network.plug(host, 'wan', line.wire, `${line.address}/24`);
    if (line.gateway !== undefined) host.routeVia(line.gateway);
    return new NatRouter(host, options);
  }
}

/** The outer side of a router. */
interface Line {
  wire: string;
  address: string;
  gateway?: string;
}
