/**
 * The one TCP port for viewers whose network lets no UDP through (ICE-TCP, RFC 6544, passive side). Each connection is a
 * path to one viewer (tcp-path.ts); what viewer it is tells its first connectivity check, as on the UDP port.
 */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { canonicalIp } from '../core/address/ip-address.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { IceUsers } from './ice-users.ts';
import { TcpPath, type TcpPathCounters } from './tcp-path.ts';

export interface RtcTcpListenerOptions {
  /** 0 lets the system choose. */
  port: number;
  users: IceUsers;
  log: Log;
  claimTimeoutMs?: number;
  maxPerAddress?: number;
}

const MAX_CONNECTIONS = 1024;
/** A household behind one address, each of its devices trying more than once. */
const MAX_PER_ADDRESS = 64;
const CLAIM_TIMEOUT_MS = 10_000;

export class RtcTcpListener {
  readonly counters: TcpPathCounters & { accepted: number; refused: number } = {
    accepted: 0,
    refused: 0,
    received: 0,
    sent: 0,
    dropped: 0,
    malformed: 0,
    timedOut: 0,
  };
  readonly #options: RtcTcpListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, string>();

  /** @throws VigieError `configuration` when the port is taken */
  static async open(options: RtcTcpListenerOptions): Promise<RtcTcpListener> {
    const server = createServer();
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new VigieError(
        'configuration',
        `TCP port ${options.port} for viewers cannot be opened (${code}): stop what uses it or set VIGIE_RTC_TCP_PORT`,
        { cause: error },
      );
    }
    return new RtcTcpListener(server, options);
  }

  private constructor(server: Server, options: RtcTcpListenerOptions) {
    this.#server = server;
    this.#options = options;
    server.maxConnections = MAX_CONNECTIONS;
    server.on('drop', () => this.counters.refused++);
    server.on('error', (error) => options.log.error({ err: error }, 'the TCP port for viewers failed'));
    server.on('connection', (socket) => this.#accept(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openCount(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const { users, claimTimeoutMs = CLAIM_TIMEOUT_MS, maxPerAddress = MAX_PER_ADDRESS } = this.#options;
    const address = canonicalIp(socket.remoteAddress ?? '') ?? '';
    let ofAddress = 0;
    for (const other of this.#sockets.values()) if (other === address) ofAddress++;
    if (address === '' || ofAddress >= maxPerAddress) {
      this.counters.refused++;
      socket.on('error', () => undefined);
      return void socket.destroy();
    }
    this.counters.accepted++;
    this.#sockets.set(socket, address);
    socket.once('close', () => this.#sockets.delete(socket));
    const path = new TcpPath({ socket, address, users, counters: this.counters, claimTimeoutMs });
    this.#options.log.trace({ address: path.address, port: path.port }, 'a viewer connects by TCP');
  }
}
