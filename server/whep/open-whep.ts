/** Opens WHEP: connects its sessions to the SFU, the shares and the configured origins. */

import type { ConnectionOf } from '../http/client-connection.ts';
import type { Whep } from './whep-routes.ts';
import { WhepOrigins } from './whep-origins.ts';
import { WhepSessions, type WhepSessionsOptions } from './whep-sessions.ts';

export interface OpenWhepOptions extends WhepSessionsOptions, Pick<Whep, 'iceServers'> {
  allowedOrigins: readonly string[];
  connectionOf: ConnectionOf;
}

export function openWhep(options: OpenWhepOptions): Whep & { close(): void } {
  const { allowedOrigins, connectionOf, iceServers } = options;
  const sessions = new WhepSessions(options);
  const origins = new WhepOrigins(allowedOrigins, connectionOf);
  return { sessions, origins, iceServers, close: () => sessions.close() };
}
