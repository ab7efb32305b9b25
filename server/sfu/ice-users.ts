/** Finds the viewer that a connectivity check addresses, on any socket, by the username fragment in it. */

import { localUsernameFragment } from '../core/stun-turn/stun-check.ts';
import type { DatagramReceiver, Path } from './path.ts';

export class IceUsers {
  /** Checks with an unknown username fragment. */
  unknownUser = 0;
  /** Checks of known viewers without the right integrity: forged, or damaged. */
  badIntegrity = 0;
  readonly #byUsernameFragment = new Map<string, DatagramReceiver>();

  add(usernameFragment: string, receiver: DatagramReceiver): void {
    this.#byUsernameFragment.set(usernameFragment, receiver);
  }

  remove(usernameFragment: string): void {
    this.#byUsernameFragment.delete(usernameFragment);
  }

  /** @param datagram any STUN message, from any sender */
  onStun(datagram: Buffer, path: Path): void {
    const user = this.#byUsernameFragment.get(localUsernameFragment(datagram) ?? '');
    if (user) user.onBindingRequest(datagram, path);
    else this.unknownUser++;
  }
}
