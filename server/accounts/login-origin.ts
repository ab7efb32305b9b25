/**
 * Origin of a login attempt, known before the password is checked. Unknown origins are counted by network and refused
 * after too many failures. Known devices and the private network are only slowed down, so outsiders cannot lock the
 * owner out.
 */

import { networkOf } from '../core/address/network.ts';

export type LoginOrigin =
  /** The client holds a session of this account: the password was entered on it before. */
  | { readonly kind: 'device'; readonly sessionId: string; readonly userId: string }
  /** A device in the private network (see server/http/client-connection.ts). */
  | { readonly kind: 'private'; readonly address: string }
  | { readonly kind: 'unknown'; readonly address: string };

/** Key of the share of hashing: the user, however many sessions they have; else as `originKey`. */
export function shareKey(origin: LoginOrigin): string {
  return origin.kind === 'device' ? origin.userId : originKey(origin);
}

/** The key of its failures. An unknown origin may control 2^16 networks of /64, so its key is the /48. */
export function originKey(origin: LoginOrigin): string {
  if (origin.kind === 'device') return origin.sessionId;
  return networkOf(origin.address, origin.kind === 'private' ? 64 : 48);
}
