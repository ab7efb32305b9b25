/**
 * The connections of one TCP server: their limit, and which one is closed above it.
 *
 * Invariants: a connection belongs to the set until its socket closes. A new one replaces one that waits for its
 * client, of the same network or of the site with the most connections, so idle connections block no client; a
 * connection that is being served stays.
 */

import type { Socket } from 'node:net';
import { networkOf } from '../core/address/network.ts';
import { FairPlaces, type Replaceable } from './fair-places.ts';

export interface TcpConnectionsOptions {
  total: number;
  perNetwork: number;
  /** A trusted proxy carries many clients: it has no limit of its own. */
  isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
}

interface Connection {
  socket: Socket;
  /** Undefined while it is idle. */
  use: (() => Replaceable) | undefined;
}

export class TcpConnections {
  readonly #isTrustedProxy: (address: string | undefined) => boolean;
  readonly #places: FairPlaces;
  /**
   * By the peer's address and port, because under TLS a request's socket is a different object from the connection's.
   */
  readonly #connections = new Map<string, Connection>();

  constructor({ isTrustedProxy = () => false, total, perNetwork }: TcpConnectionsOptions) {
    this.#isTrustedProxy = isTrustedProxy;
    this.#places = new FairPlaces({ total, perNetwork });
  }

  get counters(): { open: number; refused: number; displaced: number } {
    return { open: this.#connections.size, ...this.#places.counters };
  }

  /** @returns false when there was no room and it was destroyed, or when it has closed already */
  admit(socket: Socket): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return refuse(socket);
    const connection: Connection = { socket, use: undefined };
    const leave = this.#isTrustedProxy(remoteAddress)
      ? (): void => undefined
      : this.#places.enter(networkOf(remoteAddress), {
          replaceable: () => connection.use?.() ?? 'yes',
          onReplaced: () => socket.destroy(),
        });
    if (!leave) return refuse(socket);
    const key = keyOf(socket);
    this.#connections.set(key, connection);
    socket.once('close', () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
      leave();
    });
    return true;
  }

  /** The connection below a TLS socket. */
  below(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): Socket | undefined {
    return this.#connections.get(keyOf(socket))?.socket;
  }

  /**
   * Marks the connection as in use.
   *
   * @param use whether it may still be replaced
   * @returns marks it as idle again
   */
  use(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>, use: () => Replaceable): () => void {
    const connection = this.#connections.get(keyOf(socket));
    if (connection) connection.use = use;
    return () => {
      if (connection?.use === use) connection.use = undefined;
    };
  }

  /** Idempotent. */
  destroyAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }
}

function refuse(socket: Socket): false {
  // A connection reset needs no handling.
  socket.on('error', () => undefined);
  socket.destroy();
  return false;
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
