/** Refuses a WebSocket upgrade; every listener does it this way. */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Answers and closes the socket.
 *
 * @param status of HTTP, for example 403
 * @param detail a sentence in ASCII; may be empty
 * @param retryAfterSeconds when trying again makes sense
 */
export function refuseUpgrade(socket: Duplex, status: number, detail = '', retryAfterSeconds?: number): void {
  // The peer may have left already; that error needs no handling.
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
