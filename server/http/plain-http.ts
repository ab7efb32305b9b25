/**
 * Handles plain http on the https port: users type http://host:8080, and older cameras are set to ws://. The first byte
 * distinguishes a TLS handshake (RFC 8446 section 5.1: record type 22) from a request; the connection is then given to
 * the TLS server or to this one.
 *
 * Invariants: a page is never served without TLS, only redirected to https; nothing without TLS holds a connection
 * beyond a deadline, except an accepted camera.
 */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestGate } from './request-gate.ts';

export interface PlainHttpOptions {
  /** Checks that requests pass here as well. */
  gate: Pick<RequestGate, 'guard'>;
  /** Answers files that are served without TLS (a certificate to install); false for an unknown path. */
  files: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Cameras by ws:; undefined refuses them. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** From connecting to a complete request. */
  deadlineMs: number;
  maxHeaderBytes: number;
  basePath: string;
}

const TLS_HANDSHAKE = 22;
/** Errors need no handling; the connection closes after them. */
const leaveToClose = (): void => undefined;

/** Installs itself in front of the server's handling of connections. */
export function answerPlainHttp(server: HttpsServer, options: PlainHttpOptions): void {
  const plain = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    keepAlive: false,
    requireHostHeader: false,
  });
  options.gate.guard(plain, redirectToHttps(options));
  // This server never listens, so Node does not apply its timeouts to these connections: the deadline below does.
  const deadlines = new WeakMap<Duplex, NodeJS.Timeout>();
  plain.on('upgrade', (request, socket, head) => {
    clearTimeout(deadlines.get(socket));
    options.upgrade(request, socket, head);
  });
  const takeTls = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const deadline = setTimeout(() => socket.destroy(), options.deadlineMs);
    socket.once('close', () => clearTimeout(deadline));
    socket.on('error', leaveToClose);
    const onReadable = (): void => {
      const first = socket.read() as Buffer | null;
      if (!first) return;
      socket.off('readable', onReadable);
      socket.off('error', leaveToClose);
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) {
        // From here on the TLS server's own timeouts apply.
        clearTimeout(deadline);
        for (const take of takeTls) take.call(server, socket);
      } else {
        deadlines.set(socket, deadline);
        plain.emit('connection', socket);
      }
    };
    socket.on('readable', onReadable);
  });
}

function redirectToHttps({ files, basePath }: PlainHttpOptions): RequestListener {
  return (request, response) => {
    response.setHeader('Connection', 'close');
    if (files(request, response)) return;
    const target = URL.parse(`https://${request.headers.host ?? ''}`);
    if (!target || (request.method !== 'GET' && request.method !== 'HEAD')) {
      // The request was readable on the way: a silent redirect would hide that.
      response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('This server speaks https only.\n');
      return;
    }
    // Temporary, so that browsers do not remember it: the port may serve plain http again later.
    response.writeHead(307, {
      Location: `https://${target.host}${basePath}${pathOf(request)}`,
      'Cache-Control': 'no-store',
    });
    response.end();
  };
}

/** An absolute-form target, or one that is not a path, leads to the front page. */
function pathOf({ url = '' }: IncomingMessage): string {
  return /^\/[!-~]*$/.test(url) ? url : '/';
}
