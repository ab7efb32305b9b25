/**
 * Ends an answer at once: the data in the machine's send buffer, megabytes of a download, are dropped with the connection.
 *
 * A TLS socket cannot be reset, so the connection below it is reset, which HttpServer registers here.
 */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const BELOW = new WeakMap<Socket, Socket>();

/** @param below the TCP connection that carries a TLS socket */
export function carries(below: Socket, secure: Socket): void {
  BELOW.set(secure, below);
}

export function cutOff(response: ServerResponse): void {
  const { socket } = response;
  const below = socket instanceof TLSSocket ? BELOW.get(socket) : socket;
  below?.resetAndDestroy();
  response.destroy();
}
