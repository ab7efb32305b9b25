/** A reverse proxy as people set it up in front of the server, with what they get wrong. */

import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ReverseProxyOptions {
  /** Address of the server, asked for each request. */
  target: string | (() => string);
  /** Called when the server does not answer. */
  onUnreachable?: () => void;
  /** As nginx does unless told otherwise: a WebSocket arrives as a plain request. */
  dropsUpgrade?: boolean;
  /** nginx's `$host` in place of `$http_host`. */
  dropsPort?: boolean;
  /** Only what is below is passed on: `/vigie/`. */
  location?: string;
  /** nginx's `proxy_pass` with a slash at the end. */
  stripsLocation?: boolean;
}

export class ReverseProxy {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(options: ReverseProxyOptions): Promise<ReverseProxy> {
    const { dropsUpgrade = false, location = '/', onUnreachable = () => undefined } = options;
    const sockets = new Set<Duplex>();
    const server = createServer((incoming, answer) => {
      if (!incoming.url?.startsWith(location)) {
        answer.writeHead(404).end('another site');
        return;
      }
      const outgoing = passOn(incoming, options, withoutUpgrade(incoming.headers));
      outgoing.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      outgoing.on('error', () => {
        onUnreachable();
        if (answer.headersSent) answer.destroy();
        else answer.writeHead(502).end();
      });
      answer.on('close', () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
    server.on('connection', (socket) => sockets.add(socket));
    server.on('upgrade', (incoming, socket, head) => {
      const headers = dropsUpgrade ? withoutUpgrade(incoming.headers) : incoming.headers;
      const outgoing = passOn(incoming, options, headers);
      socket.on('error', () => outgoing.destroy());
      outgoing.on('error', () => {
        onUnreachable();
        socket.destroy();
      });
      outgoing.on('response', ({ statusCode }) => socket.end(`HTTP/1.1 ${statusCode} No\r\n\r\n`));
      outgoing.on('upgrade', (response, upstream, upstreamHead) => {
        const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${String(value)}`);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
        upstream.on('error', () => socket.destroy());
        upstream.write(head);
        socket.write(upstreamHead);
        upstream.pipe(socket).pipe(upstream);
      });
      outgoing.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new ReverseProxy(`http://localhost:${port}`, async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function passOn(
  { method, url = '/', headers: { host = '' }, socket }: IncomingMessage,
  { target, dropsPort, location = '/', stripsLocation }: ReverseProxyOptions,
  headers: IncomingHttpHeaders,
) {
  const path = stripsLocation ? `/${url.slice(location.length)}` : url;
  return request((typeof target === 'string' ? target : target()) + path, {
    method,
    agent: false,
    headers: {
      ...headers,
      host: dropsPort ? host.replace(/:\d+$/, '') : host,
      'x-forwarded-for': socket.remoteAddress,
      'x-forwarded-proto': 'http',
    },
  });
}

/** Both are about one hop (RFC 9110 section 7.6.1). */
function withoutUpgrade(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'upgrade' && name !== 'connection'),
  );
}
