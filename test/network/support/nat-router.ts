/**
 * A home router: it hides its LAN behind one address, lets answers in, forwards configured ports, and, as a strict
 * guest network, lets out only what is configured. It counts the packets.
 */

import type { Host } from './host.ts';

/** Allowed out of the LAN; counted under its name. */
export interface Passage {
  /** A word. */
  name: string;
  protocol: 'udp' | 'tcp';
  /** Destination address; undefined: any. */
  to?: string;
  port?: number;
}

export interface ForwardedPort {
  /** Name of the counter. */
  name: string;
  protocol: 'udp' | 'tcp';
  port: number;
  /** Address in the LAN. */
  to: string;
  /** Default: the same port. */
  toPort?: number;
}

export interface NatRouterOptions {
  /** Undefined: everything may leave. */
  passages?: readonly Passage[];
  forwardedPorts?: readonly ForwardedPort[];
  /** Each destination sees UDP of one port come from a different one. */
  isSymmetric?: boolean;
}

const LAN = 'lan';
const WAN = 'wan';

export class NatRouter {
  readonly host: Host;
  #forwardedPorts: readonly ForwardedPort[];
  #passages: readonly Passage[] | undefined;
  #udpPorts: string | undefined;
  readonly #isSymmetric: boolean;

  /** @param host with interfaces `lan` and `wan` */
  constructor(host: Host, { passages, forwardedPorts = [], isSymmetric = false }: NatRouterOptions = {}) {
    this.host = host;
    this.#isSymmetric = isSymmetric;
    this.#passages = passages;
    this.#forwardedPorts = forwardedPorts;
    host.run('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1']);
    this.#configure();
  }

  /** From now on only this may leave the LAN; undefined: everything. Resets the counters. */
  setPassages(passages: readonly Passage[] | undefined): void {
    this.#passages = passages;
    this.#configure();
  }

  /** For new connections from now on. Resets the counters. */
  setForwardedPorts(forwardedPorts: readonly ForwardedPort[]): void {
    this.#forwardedPorts = forwardedPorts;
    this.#configure();
  }

  /**
   * Drops its line and restores it: existing traffic continues, UDP from other ports.
   *
   * @param udpPorts the range of those ports, like `50000-50999`
   */
  rebind(udpPorts: string): void {
    this.#udpPorts = udpPorts;
    this.#configure();
    // The kernel forgets its masquerading over an interface that goes down.
    this.host.ip(`link set ${WAN} down`, `link set ${WAN} up`);
  }

  /** Packets counted under this name since the last change, or under `refused`. */
  packets(name: string): number {
    const listing = this.host.run('nft', ['list', 'counter', 'ip', 'router', name]);
    return Number(/packets (\d+)/.exec(listing)?.[1]);
  }

  /** Counts from now on what leaves for the internet and matches. @param match of nft */
  count(name: string, match: string): void {
    this.host.run(
      'nft',
      ['-f', '-'],
      `table ip counted {
         counter ${name} {}
         chain ${name} { type filter hook forward priority filter - 1; oifname ${WAN} ${match} counter name ${name}; }
       }`,
    );
  }

  counted(name: string): number {
    const listing = this.host.run('nft', ['list', 'counter', 'ip', 'counted', name]);
    return Number(/packets (\d+)/.exec(listing)?.[1]);
  }

  #configure(): void {
    const names = [...(this.#passages ?? []), ...this.#forwardedPorts].map(({ name }) => name);
    this.host.run(
      'nft',
      ['-f', '-'],
      `table ip router {}
       delete table ip router
       table ip router {
         ${[...new Set([...names, 'refused'])].map((name) => `counter ${name} {}`).join('\n')}
         chain forward {
           type filter hook forward priority filter; policy drop;
           ${this.#forwardRules().join('\n')}
         }
         # Silent towards the outside, as home routers are. A reset from here, for a TCP segment whose masquerading was forgotten,
         # would end a connection that goes on with the next segment from within.
         chain input {
           type filter hook input priority filter;
           iifname ${WAN} meta l4proto { tcp, udp } ct state new,invalid drop
         }
         chain prerouting {
           type nat hook prerouting priority dstnat;
           ${this.#forwardedPorts.map(redirection).join('\n')}
         }
         chain postrouting {
           type nat hook postrouting priority srcnat;
           oifname ${WAN} meta l4proto udp masquerade ${this.#udpPorts === undefined ? '' : `to :${this.#udpPorts}`} ${this.#isSymmetric ? 'fully-random' : ''}
           oifname ${WAN} masquerade
         }
       }`,
    );
  }

  #forwardRules(): string[] {
    return [
      ...this.#forwardedPorts.map(inward),
      // Answers through a forwarded port may always leave.
      `iifname ${LAN} ct status dnat accept`,
      ...(this.#passages?.map(outward) ?? [
        `iifname ${LAN} accept`,
        `iifname ${WAN} ct state established,related accept`,
      ]),
      'counter name refused',
    ];
  }
}

/** And the answers. */
function outward({ name, protocol, to, port }: Passage): string {
  const rule = (from: string, end: 'd' | 's', also: string): string => {
    const address = to === undefined ? '' : `ip ${end}addr ${to}`;
    const service = port === undefined ? `meta l4proto ${protocol}` : `${protocol} ${end}port ${port}`;
    return `iifname ${from} ${address} ${service} ${also} counter name ${name} accept`;
  };
  return `${rule(LAN, 'd', '')}\n${rule(WAN, 's', 'ct state established')}`;
}

function inward({ name, protocol, port, to, toPort = port }: ForwardedPort): string {
  return `iifname ${WAN} ip daddr ${to} ${protocol} dport ${toPort} counter name ${name} accept`;
}

function redirection({ protocol, port, to, toPort = port }: ForwardedPort): string {
  return `iifname ${WAN} ${protocol} dport ${port} dnat to ${to}:${toPort}`;
}
