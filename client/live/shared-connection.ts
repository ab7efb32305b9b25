/**
 * For `<vigie-camera>` on a page that is not our app: all elements of one server share one connection. When its user comes back
 * to the page, having signed in elsewhere, it begins.
 */

import { ApiError } from '../http/api-error.ts';
import { BASE_PATH } from '../http/base-path.ts';
import type { TokenSource } from '../signaling/signaling-client.ts';
import { createSession } from '../session/create-session.ts';
import { LiveConnection } from './live-connection.ts';

/** Returns a fresh access token of the server for each call. */
export type TokenProvider = () => Promise<string>;

const connections = new Map<string, LiveConnection>();

/**
 * @param src the server’s origin; empty: the page's own, and the base path of its Vigie
 * @param provider source of tokens; without one, the session of the server's cookie is used. The first element of a
 *   server decides.
 */
export function sharedConnection(src: string, provider: TokenProvider | undefined): LiveConnection {
  const server = src || BASE_PATH;
  let connection = connections.get(server);
  if (!connection) {
    connection = provider ? new LiveConnection(server, fromProvider(provider)) : ownConnection(server);
    connections.set(server, connection);
  }
  connection.signaling.start();
  return connection;
}

function ownConnection(server: string): LiveConnection {
  const session = createSession(server);
  const connection = new LiveConnection(server, session);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && session.reconsider()) connection.signaling.start();
  });
  return connection;
}

function fromProvider(provider: TokenProvider): TokenSource {
  return {
    async accessToken() {
      try {
        return await provider();
      } catch (error) {
        // The page's reasons are unknown here, so it is asked again at growing intervals.
        throw new ApiError('unreachable', 'The page has no access token.', 0, { cause: error });
      }
    },
    rejectToken: () => undefined,
  };
}
