/**
 * The one TCP port for viewers without UDP (ICE-TCP, RFC 6544, passive side). Each connection is a path to one viewer
 * (tcp-path.ts); its first connectivity check names the viewer, as on the UDP port.
 *
 * Invariant: connections not yet claimed by a viewer never block new ones; the oldest of them are closed.
 */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { canonicalIp } from '../core/address/ip-address.ts';
import type { Log } from '../log.ts';
import { listen } from '../net/listen.ts';
import { descriptorLimit } from '../net/descriptor-limit.ts';
import { TcpConnections } from '../net/tcp-connections.ts';
import type { IceUsers } from './ice-users.ts';
import { TcpPath, type TcpPathCounters } from './tcp-path.ts';

export interface RtcTcpListenerOptions {
  /** 0 lets the system choose. */
  port: number;
  users: IceUsers;
  log: Log;
  claimTimeoutMs?: number;
  maxPerNetwork?: number;
}

const MAX_CONNECTIONS = 1024;
/** Half of the descriptors are for the HTTP port, and files need some. */
const SHARE_OF_DESCRIPTORS = 0.125;
/** Enough for a household behind one address whose devices try several times. */
const MAX_PER_NETWORK = 64;
/** Connections that were ended but are not closed yet. */
const CLOSING_CONNECTIONS = 64;
const CLAIM_TIMEOUT_MS = 10_000;

export class RtcTcpListener {
  readonly #counters: TcpPathCounters = {
    received: 0,
    sent: 0,
    dropped: 0,
    malformed: 0,
    timedOut: 0,
  };
  readonly #options: RtcTcpListenerOptions;
  readonly #server: Server;
  readonly #connections: TcpConnections;
  #accepted = 0;

  /** @throws VigieError `configuration` when the port is taken */
  static async open(options: RtcTcpListenerOptions): Promise<RtcTcpListener> {
    const server = createServer();
    const { port } = options;
    await listen(server, { protocol: 'TCP', port, purpose: 'viewers', setting: 'VIGIE_RTC_TCP_PORT' });
    return new RtcTcpListener(server, options);
  }

  private constructor(server: Server, options: RtcTcpListenerOptions) {
    this.#server = server;
    this.#options = options;
    const total = Math.min(MAX_CONNECTIONS, Math.floor(descriptorLimit() * SHARE_OF_DESCRIPTORS));
    this.#connections = new TcpConnections({ total, perNetwork: options.maxPerNetwork ?? MAX_PER_NETWORK });
    server.maxConnections = total + CLOSING_CONNECTIONS;
    server.on('error', (error) => options.log.error({ err: error }, 'the TCP port for viewers failed'));
    server.on('connection', (socket) => this.#accept(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `displaced`: unclaimed connections that were closed to make room for newer ones. */
  get counters(): TcpPathCounters & { accepted: number; refused: number; displaced: number } {
    const { refused, displaced } = this.#connections.counters;
    return { accepted: this.#accepted, refused, displaced, ...this.#counters };
  }

  get openCount(): number {
    return this.#connections.counters.open;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#connections.destroyAll();
    await closed;
  }

  #accept(socket: Socket): void {
    if (!this.#connections.admit(socket)) return;
    const { users, claimTimeoutMs = CLAIM_TIMEOUT_MS } = this.#options;
    this.#accepted++;
    const path = new TcpPath({
      socket,
      address: canonicalIp(socket.remoteAddress ?? '') ?? '',
      users,
      counters: this.#counters,
      claimTimeoutMs,
      onClaimed: () => this.#connections.use(socket, () => 'no'),
    });
    this.#options.log.trace({ address: path.address, port: path.port }, 'a viewer connects by TCP');
  }
}
