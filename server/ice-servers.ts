/** The STUN and TURN servers a viewer is told of, with credentials of its own where TURN wants them. */

import { turnCredentials } from './core/turn-credentials.ts';
import type { IceServer } from './wire/signaling.ts';

/** Long enough to connect, and to find another path when the network changes; an allocation outlives its password. */
const LIFETIME_SECONDS = 3600;

/** @param secret coturn's static-auth-secret; needed as soon as a URL is TURN's, which the configuration checks */
export function iceServersFor(
  userId: string,
  urls: readonly string[],
  secret: string | undefined,
  nowMs: number,
): IceServer[] {
  const stun = urls.filter((url) => url.startsWith('stun'));
  const turn = urls.filter((url) => url.startsWith('turn'));
  const servers: IceServer[] = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length > 0 && secret !== undefined) {
    servers.push({ urls: turn, ...turnCredentials(secret, userId, nowMs, LIFETIME_SECONDS) });
  }
  return servers;
}
