/**
 * The STUN and TURN servers given to viewers and used by the server's own relay, with credentials where TURN needs
 * them.
 */

import { wallMs } from '../core/clock.ts';
import type { Config } from '../config/config.ts';
import { turnCredentials, type RelayOptions } from '../core/stun-turn/turn-credentials.ts';
import { TURN_CREDENTIAL_LIFETIME_SECONDS, type IceServer } from '../wire/signaling.ts';

/** The STUN and TURN servers of the configuration, with new credentials for each call. */
export function viewersIceServers({
  stunUrls,
  turnUrls,
  turnSecret,
}: Pick<Config, 'stunUrls' | 'turnUrls' | 'turnSecret'>): (userId: string) => IceServer[] {
  const urls = [...stunUrls, ...turnUrls];
  return (userId) => iceServersFor(userId, urls, turnSecret, wallMs());
}

/** Servers that tell this one its mapped address, unless it is not to find out. A TURN server over UDP answers STUN too. */
export function punchingFor({
  punch,
  relay,
  stunUrls,
  turnUrls,
}: Pick<Config, 'punch' | 'relay' | 'stunUrls' | 'turnUrls'>): { stunUrls: string[] } | undefined {
  return punch && relay !== 'only' ? { stunUrls: [...stunUrls, ...turnUrls] } : undefined;
}

/** @param secret coturn's static-auth-secret; required by TURN URLs, which the configuration checks */
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

/** The options of the server's own relay, if it is enabled. */
export function relayFor({
  relay,
  turnUrls,
  turnSecret,
  announcedAddresses,
}: Pick<Config, 'relay' | 'turnUrls' | 'turnSecret' | 'announcedAddresses'>): RelayOptions | undefined {
  const urls = turnUrls.filter((url) => url.startsWith('turn'));
  const isWanted =
    relay === 'on' || relay === 'only' || (relay === 'auto' && announcedAddresses.length === 0);
  if (!isWanted || turnSecret === undefined || urls.length === 0) return undefined;
  return {
    urls,
    credentials: () =>
      turnCredentials(turnSecret, 'vigie-server', wallMs(), TURN_CREDENTIAL_LIFETIME_SECONDS),
  };
}
