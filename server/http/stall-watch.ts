/**
 * Ends an answer that its client does not read. The socket's own timeout does not: each byte that the client sends meanwhile
 * begins it anew.
 */

import type { ServerResponse } from 'node:http';

export const STALL_TIMEOUT_MS = 60_000;
const LOOKS = 4;

/** Call it when the answer begins to be sent. The connection is closed when the client reads nothing of it for `stallMs`. */
export function endWhenStalled(response: ServerResponse, stallMs = STALL_TIMEOUT_MS): void {
  // Its client has left; no second `close` follows.
  if (response.closed) return;
  const { socket } = response;
  let before = socket?.bytesWritten;
  let still = 0;
  const looks = setInterval(() => {
    still = socket?.bytesWritten === before ? still + 1 : 0;
    before = socket?.bytesWritten;
    if (still >= LOOKS) response.destroy();
  }, stallMs / LOOKS);
  response.once('close', () => clearInterval(looks));
}
