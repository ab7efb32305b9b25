/**
 * Accepts signaling WebSockets and tells their sessions what happens in the house: cameras coming and going, rights
 * changing, people signing out. A socket that no longer answers pings is ended.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_SIGNALING_BYTES, SIGNALING_SUBPROTOCOL, type NotificationMessage } from '../wire/signaling.ts';
import type { ConnectionOf } from './client-connection.ts';
import { isSameOrigin } from './same-origin.ts';
import { SignalingSession, type SignalingSessionOptions } from './signaling-session.ts';

export interface SignalingServerOptions extends Omit<SignalingSessionOptions, 'socket' | 'viewerAddress'> {
  connectionOf: ConnectionOf;
}

const PING_INTERVAL_MS = 10_000;
/** Sockets that have not signed in yet count too: this is what a flood can hold open. */
const MAX_SESSIONS = 1000;

export class SignalingServer {
  readonly #options: SignalingServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SIGNALING_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SIGNALING_SUBPROTOCOL) ? SIGNALING_SUBPROTOCOL : false),
  });
  readonly #sessions = new Map<WebSocket, SignalingSession>();
  readonly #answered = new WeakSet<WebSocket>();
  readonly #pings: NodeJS.Timeout;

  constructor(options: SignalingServerOptions) {
    this.#options = options;
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Pictures over the WebSocket, where WebRTC does not pass. */
  get frameWatches(): { open: number; sent: number; passedOver: number } {
    const total = { open: 0, sent: 0, passedOver: 0 };
    for (const { frameWatches } of this.#sessions.values()) {
      total.open += frameWatches.open;
      total.sent += frameWatches.sent;
      total.passedOver += frameWatches.passedOver;
    }
    return total;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A browser lets any page open a WebSocket to anywhere; only pages of this server are meant.
    if (!isSameOrigin(request, this.#options.connectionOf)) return refuse(socket, '403 Forbidden');
    if (this.#sessions.size >= MAX_SESSIONS) return refuse(socket, '503 Service Unavailable');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { address } = this.#options.connectionOf(request);
      this.#sessions.set(
        webSocket,
        new SignalingSession({ ...this.#options, socket: webSocket, viewerAddress: address }),
      );
      this.#answered.add(webSocket);
      webSocket.on('pong', () => this.#answered.add(webSocket));
      webSocket.on('close', () => this.#sessions.delete(webSocket));
    });
  }

  /** To everyone who may see the camera. */
  notifyWatchersOf(cameraId: string, notification: NotificationMessage): void {
    for (const session of this.#sessions.values())
      if (session.mayWatch(cameraId)) session.notify(notification);
  }

  notifyAdministrators(notification: NotificationMessage): void {
    for (const session of this.#sessions.values()) if (session.isAdministrator) session.notify(notification);
  }

  /** Rights or cameras changed. @param userId whose; everyone's when left out */
  refreshAccess(userId?: string): void {
    for (const session of this.#sessions.values()) {
      if (userId === undefined || session.identity?.userId === userId) session.refreshAccess();
    }
  }

  /** Signed out, or no longer allowed in: ends the sockets of one sign-in. */
  endSession(sessionId: string): void {
    for (const session of this.#sessions.values()) {
      if (session.identity?.sessionId === sessionId) session.close('signedOut');
    }
  }

  close(): void {
    clearInterval(this.#pings);
    for (const session of this.#sessions.values()) session.close('serverStopping');
    this.#sockets.close();
    for (const socket of this.#sessions.keys()) socket.terminate();
  }

  #ping(): void {
    for (const socket of this.#sessions.keys()) {
      if (this.#answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
