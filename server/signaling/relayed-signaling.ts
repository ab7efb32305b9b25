/**
 * Signaling at an edge: accepts the viewers' WebSockets, and opens for each one to the site.
 *
 * Invariant: the checks of a site apply here too (signaling-door.ts), and the site checks origin and sign-in again.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { deviceName } from '../core/device-name.ts';
import type { ClientConnection, ConnectionOf } from '../http/client-connection.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { SIGNALING_CLOSE } from '../wire/signaling.ts';
import { openUpstream } from './open-upstream.ts';
import { RelayedSession, type RelayedSessionOptions } from './relayed-session.ts';
import { RETRY_AFTER_SECONDS, SignalingDoor, type AdmittedUpgrade } from './signaling-door.ts';

export interface RelayedSignalingOptions extends Omit<
  RelayedSessionOptions,
  'socket' | 'upstream' | 'viewerAddress' | 'viewerDevice' | 'onSignedIn'
> {
  connectionOf: ConnectionOf;
  /** A stream to the site's HTTP server. @throws VigieError when the site is unreachable */
  openStream: (client: ClientConnection) => Promise<Duplex>;
}

/** More than an edge's SFU has transports. */
const MAX_SESSIONS = 2_000;

export class RelayedSignaling {
  readonly #options: RelayedSignalingOptions;
  readonly #sessions = new Map<WebSocket, RelayedSession>();
  readonly #door: SignalingDoor;

  constructor(options: RelayedSignalingOptions) {
    this.#options = options;
    this.#door = new SignalingDoor(options);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const admitted = this.#door.admit(request, socket, this.#sessions.size >= MAX_SESSIONS);
    if (!admitted) return;
    const { connection, leave } = admitted;
    this.#options
      .openStream(connection)
      .then((stream) => this.#accept(request, { socket, head, stream, connection, leave }))
      .catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'signaling refused: the site is unreachable');
        refuseUpgrade(socket, 503, 'the site does not answer at the moment', RETRY_AFTER_SECONDS);
      });
  }

  close(): void {
    for (const session of this.#sessions.values())
      session.close(SIGNALING_CLOSE.serverStopping, 'serverStopping');
    this.#door.close();
  }

  #accept(request: IncomingMessage, { socket, head, stream, connection, leave }: Accepted): void {
    if (socket.destroyed) return void stream.destroy();
    // A refused handshake ends its socket, and is never passed on.
    const onRefused = (): void => void stream.destroy();
    socket.once('close', onRefused);
    this.#door.open(request, socket, head, (webSocket) => {
      const { origin, 'user-agent': userAgent } = request.headers;
      const upstream = openUpstream(stream, { host: connection.host, origin, userAgent });
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
      webSocket.on('close', () => this.#sessions.delete(webSocket));
    });
  }
}

interface Accepted extends AdmittedUpgrade {
  socket: Duplex;
  head: Buffer;
  stream: Duplex;
}
