/**
 * Who may be trying to sign in, before the password is looked at. Strangers are counted by network and refused when they
 * fail too often; the others are slowed down only, so that strangers cannot turn a limit against the owner.
 */

import { networkOf } from '../core/address/network.ts';

export type LoginOrigin =
  /** It holds a session of the very account: somebody has known the password on it before. */
  | { readonly kind: 'device'; readonly sessionId: string }
  /** A device in the private network (see server/http/client-connection.ts). */
  | { readonly kind: 'home'; readonly address: string }
  | { readonly kind: 'stranger'; readonly address: string };

/** The key that shares are counted by: a stranger may have 2^16 networks of /64, so theirs is the /48. */
export function originKey(origin: LoginOrigin): string {
  if (origin.kind === 'device') return origin.sessionId;
  return networkOf(origin.address, origin.kind === 'home' ? 64 : 48);
}
