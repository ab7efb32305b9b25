/** A receiver of messages on loopback that answers as configured, and keeps the requests. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookMessage } from '../../server/wire/webhook.ts';

export interface ReceivedMessage {
  headers: IncomingHttpHeaders;
  body: string;
  message: WebhookMessage;
  atMs: number;
}

export class Receiver {
  readonly received: ReceivedMessage[] = [];
  /** Its behaviour; the default answers with success. */
  answer: (response: ServerResponse, received: ReceivedMessage) => void = (response) =>
    void response.end('thanks');
  readonly #server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const received = {
        headers: request.headers,
        body,
        message: JSON.parse(body) as WebhookMessage,
        atMs: Date.now(),
      };
      this.received.push(received);
      this.answer(response, received);
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?token=hidden`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
