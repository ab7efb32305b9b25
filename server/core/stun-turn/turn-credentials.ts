/** Short-lived TURN credentials, as coturn's `use-auth-secret` expects them (draft-uberti-behave-turn-rest-00). */

import { createHmac } from 'node:crypto';

export interface TurnCredentials {
  username: string;
  credential: string;
}

/** How the server gets a relayed address of its own. */
export interface RelayOptions {
  /** TURN servers; one that cannot be had is followed by the next. */
  urls: readonly string[];
  /** Fresh ones each time. */
  credentials: () => TurnCredentials;
}

/**
 * @param name whom they are for; it shows in coturn's log
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
