/**
 * The WebSocket of an edge to its site's signaling, over a stream of the tunnel.
 *
 * Invariant: its address is fixed: a host that a client has written could hold a path, a query or a password.
 */

import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { SIGNALING_PATH, SIGNALING_SUBPROTOCOL } from '../wire/signaling.ts';

export interface UpstreamHeaders {
  /** '': none. */
  host: string;
  /** As the viewer's browser said it, so that the site judges the page itself. */
  origin?: string | undefined;
  userAgent?: string | undefined;
}

export function openUpstream(stream: Duplex, { host, origin, userAgent }: UpstreamHeaders): WebSocket {
  return new WebSocket(`ws://site${SIGNALING_PATH}`, SIGNALING_SUBPROTOCOL, {
    createConnection: () => stream as never,
    perMessageDeflate: false,
    headers: {
      ...(host !== '' && { host }),
      ...(origin !== undefined && { origin }),
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
    },
  });
}
