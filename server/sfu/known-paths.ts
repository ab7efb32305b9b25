/**
 * The paths of one socket, by the remote address: each datagram finds its viewer here.
 *
 * Invariant: only what a viewer has claimed is kept, which takes a check with valid integrity (ice-lite-agent.ts), and it
 * goes with the viewer.
 */

import { isStun } from '../core/stun-turn/stun-check.ts';
import type { IceUsers } from './ice-users.ts';
import type { DatagramReceiver, Path } from './path.ts';

/** How the socket names the other end; made for each datagram, so it should cost little. */
export type PathKey = string | number;

export class KnownPaths {
  /** Datagrams from addresses no viewer has shown to be its own. */
  unknownAddress = 0;
  readonly #users: IceUsers;
  readonly #known = new Map<PathKey, { path: Path; receiver: DatagramReceiver }>();

  constructor(users: IceUsers) {
    this.#users = users;
  }

  /** @param newPath gives the path to where the datagram came from; asked for only when it is not known */
  receive(key: PathKey, datagram: Buffer, newPath: () => Path): void {
    const known = this.#known.get(key);
    if (isStun(datagram)) this.#users.onStun(datagram, known?.path ?? newPath());
    else if (known) known.receiver.onDatagram(datagram);
    else this.unknownAddress++;
  }

  claim(key: PathKey, path: Path, receiver: DatagramReceiver): void {
    this.#known.set(key, { path, receiver });
  }

  /** @returns false when it is someone else's meanwhile */
  release(key: PathKey, receiver: DatagramReceiver): boolean {
    return this.#known.get(key)?.receiver === receiver && this.#known.delete(key);
  }

  clear(): void {
    this.#known.clear();
  }
}
