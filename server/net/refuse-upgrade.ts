/** Answers a request to become a WebSocket with a no, and lets go of its socket. */

import type { Duplex } from 'node:stream';

/** @param status code and phrase, for example `403 Forbidden`. @param detail a sentence in ASCII */
export function refuseUpgrade(socket: Duplex, status: string, detail: string): void {
  // The peer may be gone already, and that must not reach anyone.
  socket.on('error', () => socket.destroy());
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${detail.length}\r\n`;
  socket.end(`${head}\r\n${detail}`, () => socket.destroy());
}
