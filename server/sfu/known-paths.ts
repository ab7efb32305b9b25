/**
 * The paths of one socket, by remote address: each datagram finds its viewer here.
 *
 * Invariant: only claimed paths are kept. A claim takes a check with valid integrity (ice-lite-agent.ts), and ends with
 * the viewer.
 */

import { isStun } from '../core/stun-turn/stun-check.ts';
import type { IceUsers } from './ice-users.ts';
import type { DatagramReceiver, Path } from './path.ts';

/** The socket's name of the remote end; made for each datagram, so it must be cheap. */
export type PathKey = string | number;

export class KnownPaths {
  /** Datagrams from addresses that no viewer has claimed. */
  unknownAddress = 0;
  readonly #users: IceUsers;
  readonly #known = new Map<PathKey, { path: Path; receiver: DatagramReceiver }>();

  constructor(users: IceUsers) {
    this.#users = users;
  }

  /** @param newPath makes the path to the sender; called only for an unknown key */
  receive(key: PathKey, datagram: Buffer, newPath: () => Path): void {
    const known = this.#known.get(key);
    if (isStun(datagram)) this.#users.onStun(datagram, known?.path ?? newPath());
    else if (known) known.receiver.onDatagram(datagram);
    else this.unknownAddress++;
  }

  claim(key: PathKey, path: Path, receiver: DatagramReceiver): void {
    this.#known.set(key, { path, receiver });
  }

  /** @returns false when another receiver has claimed it meanwhile */
  release(key: PathKey, receiver: DatagramReceiver): boolean {
    return this.#known.get(key)?.receiver === receiver && this.#known.delete(key);
  }

  clear(): void {
    this.#known.clear();
  }
}
