/**
 * A server at home whose media port nothing forwards, and viewers elsewhere. STUN servers, and a relay where wanted, are
 * on the rented machine, 25 ms away from both: what goes by the relay takes 100 ms longer.
 *
 * The page itself has a forwarded TCP port: how it is reached is another matter, and changes nothing for the media.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from '../../support/child-process.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import {
  HOME_ADDRESS,
  HomeAndAway,
  RENTED_ADDRESS,
  SERVER_ADDRESS,
  SHARED_ADDRESS,
} from './home-and-away.ts';
import { LinkEmulator } from './link-emulator.ts';
import type { ForwardedPort, NatRouterOptions } from './nat-router.ts';
import { Program } from './program.ts';
import { STUN_PORT } from './stun-server.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './watching.ts';

const STUN_SERVER = 'test/network/support/stun-server.ts';
const TURN_SECRET = 'the-secret-of-coturn-and-the-server';
/** The rented machine's addresses: coturn has the first one. */
const STUN_ADDRESSES = ['51.15.7.11', '51.15.7.12'];
const FAR_MS = 25;
export const WEB: ForwardedPort = { name: 'web', protocol: 'tcp', port: HTTP_PORT, to: SERVER_ADDRESS };
export const VIDEO: ForwardedPort = { name: 'video', protocol: 'udp', port: RTC_PORT, to: SERVER_ADDRESS };

export interface HomeBehindNatOptions {
  home?: NatRouterOptions;
  away?: NatRouterOptions;
  /** Another NAT in front of the home router. */
  carrier?: NatRouterOptions;
  hasRelay?: boolean;
  /** Further settings of the server. */
  env?: Record<string, string>;
}

export class HomeBehindNat implements AsyncDisposable {
  readonly networks: HomeAndAway;
  readonly server: ServerProcess;
  readonly url = `http://${HOME_ADDRESS}:${HTTP_PORT}`;
  readonly #stack: AsyncDisposableStack;

  /** Resolves when the server knows how its NAT shows it. */
  static async start(options: HomeBehindNatOptions = {}): Promise<HomeBehindNat> {
    const { home = {}, away = {}, carrier, hasRelay = false, env } = options;
    await using stack = new AsyncDisposableStack();
    const networks = stack.use(
      new HomeAndAway({
        home: { forwardedPorts: [WEB], ...home },
        away,
        ...(carrier && { carrier: { forwardedPorts: [{ ...WEB, to: SHARED_ADDRESS }], ...carrier } }),
        rentedWire: 'far',
      }),
    );
    const { rented, server: inside, viewer } = networks;
    rented.ip(...STUN_ADDRESSES.map((address) => `addr add ${address}/24 dev eth0`));
    const link = stack.use(
      await LinkEmulator.join(networks.network, ['internet', 'far'], [inside, viewer, rented]),
    );
    await link.set('both', { delay: FAR_MS });
    const stun = stack.use(new Child(STUN_SERVER, STUN_ADDRESSES, { prefix: rented.prefix }));
    await stun.line(/listening/);
    if (hasRelay) {
      await startCoturn(stack, networks);
      countRelayed(networks);
    }
    const server = stack.use(
      await startServer(networks.server, {
        VIGIE_STUN_URLS: STUN_ADDRESSES.map((address) => `stun:${address}:${STUN_PORT}`).join(','),
        ...(hasRelay && {
          VIGIE_TURN_URLS: `turn:${RENTED_ADDRESS}:3478?transport=udp`,
          VIGIE_TURN_SECRET: TURN_SECRET,
        }),
        ...env,
      }),
    );
    if (env?.['VIGIE_PUNCH'] !== '0') await server.child.line(/mapped address changed/);
    if (hasRelay) await server.child.line(/relay allocated/);
    return new HomeBehindNat(networks, server, stack.move());
  }

  private constructor(networks: HomeAndAway, server: ServerProcess, stack: AsyncDisposableStack) {
    this.networks = networks;
    this.server = server;
    this.#stack = stack;
  }

  watch(): Promise<Watching> {
    return Watching.start(this.networks.viewer, this.server, this.url);
  }

  /** Bytes that coturn's machine has received by UDP since it was last asked, STUN servers left out. */
  relayedBytes(): number {
    const listing = this.networks.rented.run('nft', ['reset', 'counter', 'inet', 'relay', 'datagrams']);
    return Number(/bytes (\d+)/.exec(listing)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function startCoturn(stack: AsyncDisposableStack, { rented }: HomeAndAway): Promise<void> {
  const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'vigie-turn-')), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, TURN_SECRET);
  stack.use(
    await Program.start(rented, {
      command: 'sh',
      args: [resolve(import.meta.dirname, '../../../turn/start.sh')],
      env: {
        TURN_REALM: 'turn.vigie.test',
        TURN_SECRET_FILE: secretFile,
        TURN_RUN_DIR: join(folder, 'run'),
        TURN_LISTENING_IPS: RENTED_ADDRESS,
        TURN_ALLOWED_PEERS: RENTED_ADDRESS,
        TURN_OTHER_PEERS: 'public',
      },
      port: 3478,
    }),
  );
}

function countRelayed({ rented }: HomeAndAway): void {
  rented.run(
    'nft',
    ['-f', '-'],
    `table inet relay {
       counter datagrams {}
       chain input {
         type filter hook input priority filter;
         ip daddr ${RENTED_ADDRESS} meta l4proto udp counter name datagrams
       }
     }`,
  );
}
