/**
 * At most one unanswered request per connection. A client that sends a second one before its answer gets that answer
 * and then the end of the connection (RFC 9112 sections 9.3.2 and 9.6 allow it, and the client sends the rest again);
 * no browser and no proxy pipelines.
 *
 * Node itself applies back-pressure only after the answers are made: it hands every request in a chunk of 64 KiB, 2,500
 * of them, to the app at once. So the rule is applied where the parser reports a request's headers, which also covers
 * upgrades, `Expect` and CONNECT, and stops the parser there: 0.1 ms for such a chunk instead of 40.
 *
 * An answer to HEAD is complete with its headers, whatever the server still does for it; Node delays the next answer
 * until then.
 *
 * Invariant: no part of a second request reaches a listener of the server. `socket.parser.onIncoming` is undocumented;
 * without it `begin` still enforces the rule, at the cost of parsing the whole chunk.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

type ParsedRequest = IncomingMessage & { upgrade?: boolean };

interface Parser {
  onIncoming?: (request: ParsedRequest, keepAlive: boolean) => number;
  pause?: () => void;
}
type ParsedSocket = Socket & { parser?: Parser | null };

/** Tells the parser to read no further message. */
const STOP_PARSING = 2;

export class RequestTurns {
  readonly #unanswered = new WeakMap<Socket, ServerResponse>();
  readonly #ended = new WeakSet<Socket>();
  #refused = 0;

  /** Connections ended for a second request. */
  get refused(): number {
    return this.#refused;
  }

  /** Installs itself between the server's parsers and its listeners. */
  guard(server: Server | HttpsServer): void {
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: ParsedSocket) => {
      const { parser } = socket;
      const take = parser?.onIncoming;
      if (!parser || !take) return;
      parser.onIncoming = (request, keepAlive) => {
        if (!this.#isOutOfTurn(socket)) return take(request, keepAlive);
        // Otherwise Node hands the socket over when the parser has stopped.
        request.upgrade = false;
        return STOP_PARSING;
      };
    });
  }

  /**
   * @returns false when it is not this request's turn: ignore it, its connection ends. After true the caller calls
   * `end` when the response has closed.
   */
  begin({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (this.#isOutOfTurn(socket)) return false;
    this.#unanswered.set(socket, response);
    return true;
  }

  end({ socket }: IncomingMessage, response: ServerResponse): void {
    if (this.#unanswered.get(socket) === response) this.#unanswered.delete(socket);
  }

  #isOutOfTurn(socket: ParsedSocket): boolean {
    if (this.#ended.has(socket)) return true;
    const response = this.#unanswered.get(socket);
    if (!response || isWhole(response)) return false;
    this.#refused++;
    this.#ended.add(socket);
    if (!response.headersSent) response.setHeader('Connection', 'close');
    response.once('close', () => socket.destroySoon());
    // Further data stays in the kernel, and then at the client.
    socket.pause();
    socket.parser?.pause?.();
    return true;
  }
}

/** The client has the complete answer, and may send its next request. */
function isWhole(response: ServerResponse): boolean {
  return response.headersSent && response.req.method === 'HEAD';
}
