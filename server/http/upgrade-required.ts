/**
 * Answers a plain request for the path of a WebSocket (RFC 9110 section 15.5.22). Proxies that drop `Upgrade` turn every
 * WebSocket into such a request; the log says so, and this answer shows the page that the server itself is reachable.
 */

import type { RequestHandler } from 'express';
import { serverClock, type Clock } from '../core/clock.ts';
import { LogThrottle } from '../core/log-throttle.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConnectionOf } from './client-connection.ts';

const LOG_INTERVAL_US = 60_000_000;

export function upgradeRequired(
  connectionOf: ConnectionOf,
  log: Log,
  clock: Clock = serverClock,
): RequestHandler {
  const throttle = new LogThrottle(LOG_INTERVAL_US);
  return (request, response) => {
    // A header of the WebSocket handshake that proxies pass on even if they remove Upgrade.
    const wasWebSocket = request.headers['sec-websocket-key'] !== undefined;
    const { path } = request;
    if (wasWebSocket && throttle.pass(path, clock()) !== undefined) {
      const { address } = connectionOf(request);
      log.warn({ path, address }, 'upgrade refused: a proxy in front must pass Upgrade and Connection on');
    }
    response.setHeader('Upgrade', 'websocket');
    throw new VigieError(
      'upgradeRequired',
      wasWebSocket
        ? 'a proxy in front of this server does not pass the headers Upgrade and Connection on, which a WebSocket needs'
        : 'this path is for WebSockets',
    );
  };
}
