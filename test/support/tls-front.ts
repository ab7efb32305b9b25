/**
 * A proxy that ends TLS in front of the server, like nginx or Caddy: it reports the client's scheme in
 * X-Forwarded-Proto.
 */

import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Workshop, type Certificate } from './host-camera.ts';

/** @returns true when it has answered itself instead of the server */
export type Meddle = (response: IncomingMessage, answer: ServerResponse) => boolean;

export class TlsFront {
  readonly certificate: Certificate;
  /** For tests of networks that modify answers. */
  meddle: Meddle = () => false;
  readonly #workshop: Workshop;
  readonly #server: Server;
  readonly #backendPort: number;

  static async start(backendUrl: string): Promise<TlsFront> {
    const front = new TlsFront(Number(new URL(backendUrl).port), new Workshop());
    front.#server.listen(0, 'localhost');
    await once(front.#server, 'listening');
    return front;
  }

  private constructor(backendPort: number, workshop: Workshop) {
    this.#backendPort = backendPort;
    this.#workshop = workshop;
    this.certificate = workshop.certificate('localhost');
    this.#server = createServer(this.certificate, (request, answer) => this.#onRequest(request, answer));
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#server.on('tlsClientError', () => undefined);
  }

  get cameraUrl(): string {
    return `wss://localhost:${(this.#server.address() as AddressInfo).port}/camera`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#workshop[Symbol.dispose]();
  }

  #onRequest(request: IncomingMessage, answer: ServerResponse): void {
    const { method, url } = request;
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' };
    const forwarded = httpRequest({ host: 'localhost', port: this.#backendPort, method, path: url, headers });
    forwarded.on('response', (response) => {
      if (this.meddle(response, answer)) return;
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
      answer.on('close', () => response.destroy());
    });
    forwarded.on('error', () => answer.destroy());
    request.pipe(forwarded);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const backend = connect(this.#backendPort, 'localhost');
    const headers = request.rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${request.rawHeaders[index + 1]}`] : [],
    );
    const lines = [`GET ${request.url} HTTP/1.1`, ...headers, 'X-Forwarded-Proto: https', '', ''];
    backend.write(lines.join('\r\n'));
    backend.write(head);
    for (const [one, other] of [
      [socket, backend],
      [backend, socket],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }
}
