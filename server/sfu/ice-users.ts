/** Finds the viewer a connectivity check is for, whichever socket it came in by: by the username fragment in it. */

import { localUsernameFragment } from '../core/stun-turn/stun-check.ts';
import type { DatagramReceiver, Path } from './path.ts';

export class IceUsers {
  /** Checks that were for nobody. */
  unknownUser = 0;
  readonly #byUsernameFragment = new Map<string, DatagramReceiver>();

  add(usernameFragment: string, receiver: DatagramReceiver): void {
    this.#byUsernameFragment.set(usernameFragment, receiver);
  }

  remove(usernameFragment: string): void {
    this.#byUsernameFragment.delete(usernameFragment);
  }

  /** @param datagram STUN of any kind, from anyone */
  onStun(datagram: Buffer, path: Path): void {
    const user = this.#byUsernameFragment.get(localUsernameFragment(datagram) ?? '');
    if (user) user.onBindingRequest(datagram, path);
    else this.unknownUser++;
  }
}
