/**
 * The HTTP endpoint of cameras: upgrades a request to a WebSocket of the camera protocol, or refuses it with a reason. The
 * session does the handshake.
 *
 * Invariant: unauthenticated clients cannot keep a camera out (see net/pending-connections.ts).
 */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import { PendingConnections, type Peer, type PendingPlace } from '../net/pending-connections.ts';
import { CAMERA_SUBPROTOCOL, MAX_LARGE_JPEG_BYTES } from '../wire/camera-protocol.ts';
import { FRAME_HEADER_BYTES } from '../wire/frame-header.ts';
import type { RefusalReason } from './ingest-counters.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';

/** The peer's address, and whether it uses TLS, from a trusted proxy's headers or the socket. */
export interface CameraConnection extends Peer {
  secure: boolean;
}

export interface OpenedConnection extends CameraConnection {
  webSocket: WebSocket;
  /** Under the WebSocket. */
  socket: Socket;
  place: PendingPlace;
}

export interface CameraEndpointOptions {
  connectionOf: (request: IncomingMessage) => CameraConnection;
  clock: Clock;
  /** For connections before authentication. Every camera of a site may reconnect at once. */
  pendingPlaces?: number;
  onOpened: (connection: OpenedConnection) => void;
  onRefused: (reason: RefusalReason, address: string) => void;
  /** Replaced by a newer connection before authentication. */
  onDisplaced: (address: string) => void;
}

const PENDING_PLACES = 128;
/** Fragments of a frame of the largest size, in the smallest fragments that a camera's network stack sends: 1 KiB. */
export const MAX_FRAGMENTS = 4200;
/**
 * Longer messages are not read. The largest permitted frame fits, with its header: a frame above its camera's own limit is
 * dropped and reported, and the connection stays.
 */
export const MAX_FRAME_BYTES = MAX_LARGE_JPEG_BYTES + 64 * 1024;

const REFUSALS = {
  wrongProtocol: [400, `this is for cameras that speak ${CAMERA_SUBPROTOCOL}`],
  stopping: [503, 'the server is stopping'],
} as const satisfies Record<RefusalReason, readonly [number, string]>;

export class CameraEndpoint {
  readonly #options: CameraEndpointOptions;
  readonly #pending: PendingConnections;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_HEADER_BYTES + MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: 2 * MAX_FRAGMENTS,
  });
  #closed = false;

  constructor(options: CameraEndpointOptions) {
    this.#options = options;
    const { clock, pendingPlaces = PENDING_PLACES } = options;
    this.#pending = new PendingConnections({ places: pendingPlaces, clock });
  }

  /** Handles an upgrade request for GET /camera. The socket is always answered or destroyed. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const connection = this.#options.connectionOf(request);
    const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
    if (this.#closed) return this.#refuse('stopping', connection, socket);
    if (!offered.some((protocol) => protocol.trim() === CAMERA_SUBPROTOCOL))
      return this.#refuse('wrongProtocol', connection, socket);
    const place = this.#pending.enter(connection, () => {
      this.#options.onDisplaced(connection.address);
      socket.destroy();
    });
    socket.once('close', () => place.leave());
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#options.onOpened({ ...connection, webSocket, socket: request.socket, place });
    });
  }

  /** Idempotent. Refuses all connections from now on. */
  close(): void {
    this.#closed = true;
    this.#sockets.close();
  }

  #refuse(reason: RefusalReason, { address }: CameraConnection, socket: Duplex): void {
    this.#options.onRefused(reason, address);
    const [status, detail] = REFUSALS[reason];
    refuseUpgrade(socket, status, detail);
  }
}
