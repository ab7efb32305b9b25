/**
 * Keeps the sessions of signaling WebSockets (signaling-door.ts lets them in) and tells them about changes: cameras coming and
 * going, rights changing, users signing out.
 *
 * Invariant: sockets that have not signed in take no place of signed-in ones.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  type NotificationMessage,
  type SignalingNotification,
  type SignalingNotifications,
} from '../wire/signaling.ts';
import type { LiveDetections } from '../wire/detection.ts';
import type { Right } from '../wire/rights.ts';
import { Shares } from '../core/shares.ts';
import { deviceName } from '../core/device-name.ts';
import { edgeOf, type ConnectionOf } from '../http/client-connection.ts';
import { FRAME_WATCH_SHARES } from './frame-watches.ts';
import { SignalingDoor } from './signaling-door.ts';
import { SignalingSession, type SignalingSessionOptions } from './signaling-session.ts';

export interface SignalingServerOptions extends Omit<
  SignalingSessionOptions,
  'socket' | 'viewerAddress' | 'viewerDevice' | 'viaEdge' | 'frameWatches' | 'refusesAdministrators'
> {
  administratorsAtEdges?: boolean;
  connectionOf: ConnectionOf;
}

/** Pages and devices of a user; one more closes the one that is open for longest. As many programs besides, by keys. */
export const SESSION_SHARES = { total: 1000, perUser: 40 };

export class SignalingServer {
  readonly #options: SignalingServerOptions;
  readonly #sessions = new Map<WebSocket, SignalingSession>();
  readonly #frameWatches = new Shares(FRAME_WATCH_SHARES);
  readonly #shares = new Shares(SESSION_SHARES);
  /** Functions that give back the place of each signed-in session. */
  readonly #places = new Map<SignalingSession, () => void>();
  readonly #door: SignalingDoor;

  constructor(options: SignalingServerOptions) {
    this.#options = options;
    this.#door = new SignalingDoor(options);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Sockets closed before sign-in to make room for newer ones. */
  get displacedCount(): number {
    return this.#door.displacedCount;
  }

  /** Pictures over the WebSocket, for viewers without WebRTC. */
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
    const isFull = this.#sessions.size - this.#door.unauthenticatedCount >= SESSION_SHARES.total;
    const admitted = this.#door.admit(request, socket, isFull);
    if (!admitted) return;
    const { connection, leave } = admitted;
    const viaEdge = edgeOf(request);
    this.#door.open(request, socket, head, (webSocket) => {
      const session: SignalingSession = new SignalingSession({
        ...this.#options,
        socket: webSocket,
        viewerAddress: connection.address,
        viewerDevice: deviceName(request.headers['user-agent']),
        viaEdge,
        refusesAdministrators: viaEdge !== undefined && !this.#options.administratorsAtEdges,
        frameWatches: this.#frameWatches,
        onSignedIn: () => {
          leave();
          this.#makeRoomFor(session);
        },
      });
      this.#sessions.set(webSocket, session);
      webSocket.on('close', () => {
        this.#sessions.delete(webSocket);
        this.#giveBack(session);
      });
    });
  }

  /** Signed in through the edge. */
  viewersThrough(edge: string): number {
    let viewers = 0;
    for (const { viaEdge, identity } of this.#sessions.values()) if (viaEdge === edge && identity) viewers++;
    return viewers;
  }

  /** Whether somebody who is signed in through the edge may watch the camera. */
  isWatchedThrough(edge: string, cameraId: string): boolean {
    for (const { viaEdge, rights } of this.#sessions.values())
      if (viaEdge === edge && rights.may('live', cameraId)) return true;
    return false;
  }

  /** Sends to every user with the right to the camera. */
  tellThoseWho<Method extends SignalingNotification>(
    right: Right,
    cameraId: string,
    method: Method,
    data: SignalingNotifications[Method],
  ): void {
    this.#tell((session) => session.rights.may(right, cameraId), method, data);
  }

  /** Sends to every user who has the camera in their list, with any right. */
  tellThoseWhoList<Method extends SignalingNotification>(
    cameraId: string,
    method: Method,
    data: SignalingNotifications[Method],
  ): void {
    this.#tell((session) => session.rights.lists(cameraId), method, data);
  }

  tellAdministrators<Method extends SignalingNotification>(
    method: Method,
    data: SignalingNotifications[Method],
  ): void {
    this.#tell((session) => session.rights.isAdministrator, method, data);
  }

  /** Sends to viewers of this camera whose detections are on. */
  showDetections(detections: LiveDetections): void {
    for (const session of this.#sessions.values()) session.showDetections(detections);
  }

  /** Sends a notification that everybody may have: it looks up no right, which a damaged database could not answer. */
  tellEveryone<Method extends SignalingNotification>(
    method: Method,
    data: SignalingNotifications[Method],
  ): void {
    const notification = { type: 'notification', method, data } as NotificationMessage;
    for (const session of this.#sessions.values()) if (session.identity) session.notify(notification);
  }

  /** Applies changed rights or cameras. @param userId the user concerned; undefined: all users */
  refreshAccess(userId?: string): void {
    this.#forEach((session) => {
      if (userId === undefined || session.identity?.userId === userId) session.refreshAccess();
    });
  }

  /** Closes the sockets of a sign-in or an API key that has ended. */
  endSession(sessionId: string): void {
    for (const session of this.#sessions.values()) {
      if (session.identity?.sessionId === sessionId) session.close('signedOut');
    }
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close('serverStopping');
    this.#door.close();
  }

  #tell<Method extends SignalingNotification>(
    isFor: (session: SignalingSession) => boolean,
    method: Method,
    data: SignalingNotifications[Method],
  ): void {
    const notification = { type: 'notification', method, data } as NotificationMessage;
    this.#forEach((session) => {
      if (isFor(session)) session.notify(notification);
    });
  }

  /**
   * If a right cannot be looked up, in a damaged database, nothing is sent and nothing ends, and the caller continues.
   */
  #forEach(act: (session: SignalingSession) => void): void {
    for (const session of this.#sessions.values()) {
      try {
        act(session);
      } catch (error) {
        this.#options.log.error({ err: error }, 'failed to look up a right');
      }
    }
  }

  /** The map is in the order of signing in. */
  #makeRoomFor(newest: SignalingSession): void {
    const holder = holderOf(newest);
    const oldestFirst = [...this.#places.keys()].filter((session) => holderOf(session) === holder);
    let place = this.#shares.take(holder);
    for (const session of oldestFirst) {
      if (place) break;
      this.#giveBack(session);
      session.close('tooManySessions');
      place = this.#shares.take(holder);
    }
    if (place) this.#places.set(newest, place);
    else newest.close('tooManySessions');
  }

  #giveBack(session: SignalingSession): void {
    this.#places.get(session)?.();
    this.#places.delete(session);
  }
}

/** A user's programs close none of that user's pages. */
function holderOf({ identity }: SignalingSession): string {
  const { userId = '', grant = null } = identity ?? {};
  return grant === null ? userId : `${userId} by key`;
}
