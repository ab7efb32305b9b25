/**
 * What the port does with those who speak plain http to it although it serves https: people type http://host:8080, and
 * older cameras are set to ws://. The first byte tells a TLS handshake (RFC 8446 section 5.1: record type 22) from a
 * request; from then on the connection is the TLS server's, or this one's, as if it had come there.
 *
 * Invariants: a page is never answered in the clear, only sent on to https; nothing in the clear holds a connection longer
 * than a deadline, but a camera that was let in.
 */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestGate } from './request-gate.ts';

export interface PlainHttpOptions {
  /** What requests pass here as well. */
  gate: Pick<RequestGate, 'guard'>;
  /** Answers what may be had in the clear (a certificate to install); false when it does not know the path. */
  files: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Cameras by ws:; undefined refuses them. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** From connecting to having sent a request. */
  deadlineMs: number;
  maxHeaderBytes: number;
  basePath: string;
}

const TLS_HANDSHAKE = 22;
/** Of an error there is nothing to say; the connection closes after it. */
const leaveToClose = (): void => undefined;

/** Puts itself in front of the server's own handling of connections. */
export function answerPlainHttp(server: HttpsServer, options: PlainHttpOptions): void {
  const plain = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    keepAlive: false,
    requireHostHeader: false,
  });
  options.gate.guard(plain, redirectToHttps(options));
  // This server never listens, so Node does not time its connections: the deadline below does.
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
        // From here on the TLS server has a time limit of its own.
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
      // What was sent has been readable on the way: going on silently would hide that.
      response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('This server speaks https only.\n');
      return;
    }
    // Not to be remembered: the port may serve plain http again tomorrow.
    response.writeHead(307, {
      Location: `https://${target.host}${basePath}${pathOf(request)}`,
      'Cache-Control': 'no-store',
    });
    response.end();
  };
}

/** An absolute-form target, or one that is no path, leads to the front page. */
function pathOf({ url = '' }: IncomingMessage): string {
  return /^\/[!-~]*$/.test(url) ? url : '/';
}
