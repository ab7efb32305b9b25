/**
 * The connections of one TCP server: how many there may be, and who goes when there are too many.
 *
 * Invariants: a connection belongs to the set until its socket closes. A new one is let in at the cost of the oldest idle one
 * of its network, or of the site that holds the most, so that idle connections keep nobody out; one that is in use stays.
 * All of them together leave half of the process's descriptors to files and to other sockets.
 */

import type { Socket } from 'node:net';
import { networkOf } from '../core/address/network.ts';
import { FairPlaces } from './fair-places.ts';

export interface TcpConnectionsOptions {
  total: number;
  perNetwork: number;
  /** Many clients come from one of these: it has no limit of its own. */
  isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
}

interface Connection {
  socket: Socket;
  /** Requests that are being answered, and more than that once it was upgraded. */
  uses: number;
}

export class TcpConnections {
  readonly #isTrustedProxy: (address: string | undefined) => boolean;
  readonly #places: FairPlaces;
  /** By the peer's address and port, since under TLS a request's socket is another object than the connection's. */
  readonly #connections = new Map<string, Connection>();

  constructor({ isTrustedProxy = () => false, total, perNetwork }: TcpConnectionsOptions) {
    this.#isTrustedProxy = isTrustedProxy;
    this.#places = new FairPlaces({ total, perNetwork, displaceOwn: true });
  }

  get counters(): { open: number; refused: number; displaced: number } {
    return { open: this.#connections.size, ...this.#places.counters };
  }

  /** @returns false when there was no room and it was destroyed, or when it has left already */
  admit(socket: Socket): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return refuse(socket);
    const connection: Connection = { socket, uses: 0 };
    const leave = this.#isTrustedProxy(remoteAddress)
      ? (): void => undefined
      : this.#places.enter(networkOf(remoteAddress), {
          mayGiveWay: () => connection.uses === 0,
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

  /** From now on it is not idle. @returns a function that ends this use, to be called once at most */
  use(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): () => void {
    const connection = this.#connections.get(keyOf(socket));
    if (!connection) return () => undefined;
    connection.uses++;
    return () => {
      connection.uses--;
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
