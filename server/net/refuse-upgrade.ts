/** Refuses a request to become a WebSocket, in the one way that every door does it. */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Answers and closes the socket.
 *
 * @param status of HTTP, for example 403
 * @param detail a sentence in ASCII; none when there is nothing to add
 * @param retryAfterSeconds when it makes sense to come again
 */
export function refuseUpgrade(socket: Duplex, status: number, detail = '', retryAfterSeconds?: number): void {
  // The peer may be gone already, and that must not reach anyone.
  socket.on('error', () => socket.destroy());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    'Content-Type: text/plain',
    `Content-Length: ${detail.length}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${detail}`, () => socket.destroy());
}
