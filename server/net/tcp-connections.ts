/**
 * The connections of one TCP server: how many there may be, and who goes when there are too many.
 *
 * Invariants: a connection belongs to the set until its socket closes. A new one is let in at the cost of one that waits for
 * its client, of the same network or of the site that holds the most, so that connections that do nothing keep nobody out;
 * one that is being served stays.
 */

import type { Socket } from 'node:net';
import { networkOf } from '../core/address/network.ts';
import { FairPlaces, type Willingness } from './fair-places.ts';

export interface TcpConnectionsOptions {
  total: number;
  perNetwork: number;
  /** Many clients come from one of these: it has no limit of its own. */
  isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
}

interface Connection {
  socket: Socket;
  /** Undefined while it is idle. */
  use: (() => Willingness) | undefined;
}

export class TcpConnections {
  readonly #isTrustedProxy: (address: string | undefined) => boolean;
  readonly #places: FairPlaces;
  /** By the peer's address and port, since under TLS a request's socket is another object than the connection's. */
  readonly #connections = new Map<string, Connection>();

  constructor({ isTrustedProxy = () => false, total, perNetwork }: TcpConnectionsOptions) {
    this.#isTrustedProxy = isTrustedProxy;
    this.#places = new FairPlaces({ total, perNetwork });
  }

  get counters(): { open: number; refused: number; displaced: number } {
    return { open: this.#connections.size, ...this.#places.counters };
  }

  /** @returns false when there was no room and it was destroyed, or when it has left already */
  admit(socket: Socket): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return refuse(socket);
    const connection: Connection = { socket, use: undefined };
    const leave = this.#isTrustedProxy(remoteAddress)
      ? (): void => undefined
      : this.#places.enter(networkOf(remoteAddress), {
          mayGiveWay: () => connection.use?.() ?? 'yes',
          giveWay: () => socket.destroy(),
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

  /**
   * From now on it is not idle.
   *
   * @param use whether it may give way all the same
   * @returns a function that says it is idle again
   */
  use(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>, use: () => Willingness): () => void {
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
  // A reset on the way must not reach anyone.
  socket.on('error', () => undefined);
  socket.destroy();
  return false;
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
