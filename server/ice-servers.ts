/** The STUN and TURN servers a viewer is told of, with credentials of its own where TURN wants them. */

import { turnCredentials } from './core/turn-credentials.ts';
import { TURN_CREDENTIAL_LIFETIME_SECONDS, type IceServer } from './wire/signaling.ts';

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
    servers.push({ urls: turn, ...turnCredentials(secret, userId, nowMs, TURN_CREDENTIAL_LIFETIME_SECONDS) });
  }
  return servers;
}
