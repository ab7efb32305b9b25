/**
 * The entry point of signaling, the same at a site and at an edge: admits WebSockets, and checks that they still answer.
 *
 * Invariants: only pages of this server open one; sockets that have not signed in never block others: above their limit a new
 * one replaces the oldest; a socket that does not answer pings is closed.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { networkOf } from '../core/address/network.ts';
import type { Clock } from '../core/clock.ts';
import type { ClientConnection, ConnectionOf } from '../http/client-connection.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { FairPlaces } from '../net/fair-places.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { RequestRates } from '../net/request-rates.ts';
import { MAX_SIGNALING_BYTES, SIGNALING_SUBPROTOCOL } from '../wire/signaling.ts';

export interface SignalingDoorOptions {
  connectionOf: ConnectionOf;
  clock: Clock;
}

export interface AdmittedUpgrade {
  connection: ClientConnection;
  /** The socket has signed in. Idempotent. */
  leave: () => void;
}

const PING_INTERVAL_MS = 10_000;
/** Limits of sockets that have not signed in: a page signs in at once, so this bounds a flood. */
const UNAUTHENTICATED = { total: 256, perNetwork: 32 };
/** Per network, as for requests. */
const UPGRADES = { perSecond: 100, burst: 400 };
/** Time for the viewer to answer the close frame; a viewer that does not read holds its buffer no longer. */
const CLOSE_TIMEOUT_MS = 5_000;
export const RETRY_AFTER_SECONDS = 5;

export class SignalingDoor {
  readonly #options: SignalingDoorOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SIGNALING_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (offered) => (offered.has(SIGNALING_SUBPROTOCOL) ? SIGNALING_SUBPROTOCOL : false),
  } as ServerOptions);
  readonly #open = new Set<WebSocket>();
  readonly #answered = new WeakSet<WebSocket>();
  readonly #unauthenticated = new FairPlaces(UNAUTHENTICATED);
  readonly #upgrades = new RequestRates(UPGRADES);
  readonly #pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);

  constructor(options: SignalingDoorOptions) {
    this.#options = options;
  }

  /** Sockets that have not signed in. */
  get unauthenticatedCount(): number {
    return this.#unauthenticated.taken;
  }

  /** Sockets closed before sign-in to make room for newer ones. */
  get displacedCount(): number {
    return this.#unauthenticated.counters.displaced;
  }

  /** @returns undefined when it was refused, and answered */
  admit(request: IncomingMessage, socket: Duplex, isFull: boolean): AdmittedUpgrade | undefined {
    const { connectionOf, clock } = this.#options;
    // Browsers let any page open a WebSocket to any server; only this server's own pages are accepted.
    if (!isSameOrigin(request, connectionOf)) {
      refuseUpgrade(socket, 403, 'only pages of this server may connect');
      return undefined;
    }
    const connection = connectionOf(request);
    const network = networkOf(connection.address);
    const isTooOften = !this.#upgrades.admit(network, clock());
    const leave =
      isTooOften || isFull
        ? undefined
        : this.#unauthenticated.enter(network, {
            replaceable: () => 'yes',
            onReplaced: () => socket.destroy(),
          });
    if (!leave) {
      refuseUpgrade(socket, isTooOften ? 429 : 503, '', RETRY_AFTER_SECONDS);
      return undefined;
    }
    socket.once('close', leave);
    return { connection, leave };
  }

  /** @param onOpen is not called for a handshake that is refused, which ends its socket */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, onOpen: (webSocket: WebSocket) => void): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      onOpen(webSocket);
      this.#open.add(webSocket);
      this.#answered.add(webSocket);
      webSocket.on('pong', () => this.#answered.add(webSocket));
      webSocket.on('close', () => this.#open.delete(webSocket));
    });
  }

  /** Ends the sockets that are still open. Idempotent. */
  close(): void {
    clearInterval(this.#pings);
    this.#server.close();
    for (const socket of this.#open) socket.terminate();
  }

  #ping(): void {
    for (const socket of this.#open) {
      if (this.#answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}
