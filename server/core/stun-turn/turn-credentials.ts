/** Short-lived TURN credentials, as coturn's `use-auth-secret` expects them (draft-uberti-behave-turn-rest-00). */

import { createHmac } from 'node:crypto';

export interface TurnCredentials {
  username: string;
  credential: string;
}

/** Options of the server's own relay. */
export interface RelayOptions {
  /** TURN servers, tried in order. */
  urls: readonly string[];
  /** New ones for each call. */
  credentials: () => TurnCredentials;
}

/**
 * @param name of the user; it appears in coturn's log
 * @param nowMs since the Unix epoch
 */
export function turnCredentials(
  secret: string,
  name: string,
  nowMs: number,
  lifetimeSeconds: number,
): TurnCredentials {
  const username = `${Math.floor(nowMs / 1000) + lifetimeSeconds}:${name}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
