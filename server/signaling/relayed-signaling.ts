/**
 * Signaling at an edge: accepts the viewers' WebSockets, and opens for each one to the site.
 *
 * Invariants: as at a site, sockets that have not signed in never block others, and one network opens no more than so
 * many; a page of another origin is refused here, and by the site again.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { networkOf } from '../core/address/network.ts';
import { deviceName } from '../core/device-name.ts';
import type { ClientConnection, ConnectionOf } from '../http/client-connection.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { FairPlaces } from '../net/fair-places.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { RequestRates } from '../net/request-rates.ts';
import {
  MAX_SIGNALING_BYTES,
  SIGNALING_CLOSE,
  SIGNALING_PATH,
  SIGNALING_SUBPROTOCOL,
} from '../wire/signaling.ts';
import { RelayedSession, type RelayedSessionOptions } from './relayed-session.ts';
import {
  CLOSE_TIMEOUT_MS,
  PING_INTERVAL_MS,
  RETRY_AFTER_SECONDS,
  UNAUTHENTICATED,
  UPGRADES,
} from './signaling-server.ts';

export interface RelayedSignalingOptions extends Omit<
  RelayedSessionOptions,
  'socket' | 'upstream' | 'viewerAddress' | 'viewerDevice' | 'onSignedIn'
> {
  connectionOf: ConnectionOf;
  /** A stream to the site's HTTP server. @throws VigieError when the site is away */
  openStream: (client: ClientConnection) => Promise<Duplex>;
}

/** More than an edge's SFU has transports. */
const MAX_SESSIONS = 2_000;

export class RelayedSignaling {
  readonly #options: RelayedSignalingOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SIGNALING_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (offered) => (offered.has(SIGNALING_SUBPROTOCOL) ? SIGNALING_SUBPROTOCOL : false),
  } as ServerOptions);
  readonly #sessions = new Map<WebSocket, RelayedSession>();
  readonly #answered = new WeakSet<WebSocket>();
  readonly #unauthenticated = new FairPlaces(UNAUTHENTICATED);
  readonly #upgrades = new RequestRates(UPGRADES);
  readonly #pings: NodeJS.Timeout;

  constructor(options: RelayedSignalingOptions) {
    this.#options = options;
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { connectionOf, clock, log } = this.#options;
    if (!isSameOrigin(request, connectionOf))
      return refuseUpgrade(socket, 403, 'only pages of this server may connect');
    const connection = connectionOf(request);
    const network = networkOf(connection.address);
    if (!this.#upgrades.admit(network, clock())) return refuseUpgrade(socket, 429, '', RETRY_AFTER_SECONDS);
    if (this.#sessions.size >= MAX_SESSIONS) return refuseUpgrade(socket, 503, '', RETRY_AFTER_SECONDS);
    const leave = this.#unauthenticated.enter(network, {
      replaceable: () => 'yes',
      onReplaced: () => socket.destroy(),
    });
    if (!leave) return refuseUpgrade(socket, 503, '', RETRY_AFTER_SECONDS);
    socket.once('close', leave);
    this.#options
      .openStream(connection)
      .then((stream) => this.#accept(request, { socket, head, stream, connection, leave }))
      .catch((error: unknown) => {
        log.debug({ err: error }, 'signaling refused: the site is away');
        refuseUpgrade(socket, 503, 'the site does not answer at the moment', RETRY_AFTER_SECONDS);
      });
  }

  close(): void {
    clearInterval(this.#pings);
    for (const session of this.#sessions.values())
      session.close(SIGNALING_CLOSE.serverStopping, 'serverStopping');
    this.#sockets.close();
    for (const socket of this.#sessions.keys()) socket.terminate();
  }

  #accept(request: IncomingMessage, { socket, head, stream, connection, leave }: Accepted): void {
    if (socket.destroyed) return void stream.destroy();
    // A handshake that is refused ends its socket, and is never handed on.
    const onRefused = (): void => void stream.destroy();
    socket.once('close', onRefused);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const upstream = upstreamOf(request, stream, connection);
      socket.off('close', onRefused);
      const session = new RelayedSession({
        ...this.#options,
        socket: webSocket,
        upstream,
        viewerAddress: connection.address,
        viewerDevice: deviceName(request.headers['user-agent']),
        onSignedIn: leave,
      });
      this.#sessions.set(webSocket, session);
      this.#answered.add(webSocket);
      webSocket.on('pong', () => this.#answered.add(webSocket));
      webSocket.on('close', () => this.#sessions.delete(webSocket));
    });
  }

  #ping(): void {
    for (const socket of this.#sessions.keys()) {
      if (this.#answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}

/** The address is fixed: a host that a client has written could hold a path, a query or a password. */
function upstreamOf({ headers }: IncomingMessage, stream: Duplex, { host }: ClientConnection): WebSocket {
  const { origin, 'user-agent': userAgent } = headers;
  return new WebSocket(`ws://site${SIGNALING_PATH}`, SIGNALING_SUBPROTOCOL, {
    createConnection: () => stream as never,
    perMessageDeflate: false,
    // As the viewer's browser said it, so that the site judges the page itself.
    headers: {
      ...(host !== '' && { host }),
      ...(origin !== undefined && { origin }),
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
    },
  });
}

interface Accepted {
  socket: Duplex;
  head: Buffer;
  stream: Duplex;
  connection: ClientConnection;
  /** It no longer counts as one that has not signed in. */
  leave: () => void;
}
