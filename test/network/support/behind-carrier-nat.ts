/**
 * A server without incoming connections: carrier NAT, no forwarded port. Its page is reached through a tunnel to the
 * rented machine, where Caddy and coturn run; its video through its allocation at that coturn.
 */

import { Child } from '../../support/child-process.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { Edge, TURN_NAME, TURN_URLS, WEB_NAME } from './edge.ts';
import { HomeAndAway, RENTED_ADDRESS } from './home-and-away.ts';
import type { NatRouterOptions } from './nat-router.ts';
import { HTTP_PORT, startServer } from './watching.ts';

const TUNNEL = 'test/network/support/reverse-tunnel.ts';
export const TUNNEL_PORT = 7000;

export interface BehindCarrierNatOptions {
  home?: NatRouterOptions;
  turnUrls?: readonly string[];
  /** Peers that coturn relays to, besides itself. */
  otherPeers: 'deny' | 'public';
}

export class BehindCarrierNat implements AsyncDisposable {
  readonly networks: HomeAndAway;
  readonly edge: Edge;
  readonly server: ServerProcess;
  readonly #stack: AsyncDisposableStack;

  /** Resolves when the server has its relayed address. */
  static async start(options: BehindCarrierNatOptions): Promise<BehindCarrierNat> {
    const { home = {}, turnUrls = TURN_URLS, otherPeers } = options;
    await using stack = new AsyncDisposableStack();
    const names = { [WEB_NAME]: RENTED_ADDRESS, [TURN_NAME]: RENTED_ADDRESS };
    const networks = stack.use(new HomeAndAway({ home, names }));
    const { rented, server: inside } = networks;
    const ends = [
      ['outside', String(HTTP_PORT), String(TUNNEL_PORT)],
      ['inside', RENTED_ADDRESS, String(TUNNEL_PORT), String(HTTP_PORT)],
    ] as const;
    const far = stack.use(new Child(TUNNEL, ends[0], { prefix: rented.prefix }));
    await far.line(/listening/);
    stack.use(new Child(TUNNEL, ends[1], { prefix: inside.prefix }));
    const edge = stack.use(
      await Edge.start({
        web: rented,
        upstream: `127.0.0.1:${HTTP_PORT}`,
        turn: rented,
        turnAddress: RENTED_ADDRESS,
        turnEnv: { TURN_ALLOWED_PEERS: RENTED_ADDRESS, TURN_OTHER_PEERS: otherPeers },
      }),
    );
    const server = stack.use(
      await startServer(inside, {
        VIGIE_TRUSTED_PROXIES: 'loopback',
        VIGIE_TURN_URLS: turnUrls.join(','),
        VIGIE_TURN_SECRET: edge.turnSecret,
        NODE_EXTRA_CA_CERTS: edge.authority,
      }),
    );
    await server.child.line(/relay allocated/);
    return new BehindCarrierNat(networks, edge, server, stack.move());
  }

  private constructor(networks: HomeAndAway, edge: Edge, server: ServerProcess, stack: AsyncDisposableStack) {
    this.networks = networks;
    this.edge = edge;
    this.server = server;
    this.#stack = stack;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
