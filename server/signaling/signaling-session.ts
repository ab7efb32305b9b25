/**
 * One viewer's signaling WebSocket: a page's, or a program's by an API key. Authenticates it, answers its requests,
 * sends notifications.
 *
 * Invariants: before `authenticated` only the token or key is read; the authenticated identity never changes; a camera
 * is consumed only after the right `live` to it was checked, and losing the right closes its consumers; closing the
 * socket closes its transports; a client that keeps sending after the close frame is cut off.
 */

import type { WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import type { Shares } from '../core/shares.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { keyDetails } from '../core/grant.ts';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { unmappedTime, type Dates } from '../core/site-clock.ts';
import type { Capacity } from '../core/capacity.ts';
import { assertSwitchedOn, type CameraFrames } from '../core/video/camera-frame.ts';
import type { LiveDetections } from '../wire/detection.ts';
import {
  SIGNALING_CLOSE,
  type IceServer,
  type NotificationMessage,
  type ServerToViewer,
  type SignalingMethod,
  type SignalingMethods,
} from '../wire/signaling.ts';
import { DetectionWatches } from './detection-watches.ts';
import { FrameWatches, type FrameWatchesOptions } from './frame-watches.ts';
import type { MediaServer } from '../core/media-server.ts';
import type { TransportQuota } from '../core/transport-quota.ts';
import type { SignalingAccess, ViewerIdentity } from './signaling-access.ts';
import { mediaHandlers, type SignalingAnswer } from './media-handlers.ts';
import { parseAuthenticate, parseRequest, refusalOf, type Request } from './signaling-messages.ts';
import { ViewerAllowance, type ViewerAllowanceOptions } from '../core/viewer-allowance.ts';
import { ViewerMedia } from './viewer-media.ts';
import { ViewsElsewhere } from './views-elsewhere.ts';
import { ViewerRights } from './viewer-rights.ts';
import { ViewerSignIn, type ViewerSignInOptions } from './viewer-sign-in.ts';

export interface SignalingSessionOptions {
  socket: WebSocket;
  /** Origin of the WebSocket, in front of any trusted proxy. */
  viewerAddress: string;
  /** As its browser describes itself. */
  viewerDevice?: string | undefined;
  /** The edge that it came through. */
  viaEdge?: string | undefined;
  /** It came through an edge, where administrators may not act. */
  refusesAdministrators?: boolean;
  onStream?: ViewerAllowanceOptions['onStream'];
  /** Called once, after the first valid token. */
  onSignedIn?: () => void;
  access: SignalingAccess;
  sfu: MediaServer;
  frames: CameraFrames;
  scaleFrame?: FrameWatchesOptions['scaleFrame'];
  transportQuota: TransportQuota;
  frameWatches: Shares;
  capacity: Capacity;
  clock: Clock;
  dates?: Dates;
  log: Log;
}

/** A page that opens a full grid of cameras sends a few hundred messages at once. */
const MESSAGE_BURST = 400;
const MESSAGES_PER_SECOND = 40;
/** Messages that may have been in flight when the server closed the socket. */
const MAX_LATE_MESSAGES = MESSAGE_BURST;
/** More than the largest picture (4 MiB) and the data that may wait in front of it. */
const MAX_BUFFERED_BYTES = 5 * 1024 * 1024;

const CLOSED_FOR: Readonly<Partial<Record<ErrorCode, keyof typeof SIGNALING_CLOSE>>> = {
  unauthorized: 'unauthorized',
  tooManyRequests: 'tooManyMessages',
};

type Handlers = {
  [M in SignalingMethod]: (
    data: SignalingMethods[M]['request'],
  ) => SignalingAnswer<SignalingMethods[M]['response']>;
};
export class SignalingSession {
  readonly rights: ViewerRights;
  readonly #options: SignalingSessionOptions;
  readonly #messages: TokenBucket;
  readonly #allowance: ViewerAllowance;
  readonly #media: ViewerMedia;
  readonly #frameWatches: FrameWatches;
  readonly #detections: DetectionWatches;
  readonly #elsewhere: ViewsElsewhere;
  readonly #signIn: ViewerSignIn;
  readonly #handlers: Handlers;
  #closed = false;
  #lateMessages = 0;

  constructor(options: SignalingSessionOptions) {
    this.#options = options;
    const onLate: ViewerSignInOptions['onLate'] = (reason) => this.close(reason);
    this.#signIn = new ViewerSignIn({ ...options, onLate });
    this.rights = new ViewerRights(options.access, () => this.#signIn.identity);
    this.#messages = new TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST, options.clock());
    const { socket } = options;
    this.#allowance = new ViewerAllowance(options);
    const shared = { ...options, allowance: this.#allowance };
    this.#media = new ViewerMedia(shared, (notification) => this.notify(notification));
    this.#frameWatches = new FrameWatches(shared);
    this.#detections = new DetectionWatches(this.rights, socket);
    this.#elsewhere = new ViewsElsewhere(
      (cameraId) => this.#allowance.noteStream(cameraId),
      (cameraId) => this.rights.may('live', cameraId),
    );
    this.#handlers = {
      ...mediaHandlers({
        media: this.#media,
        sfu: options.sfu,
        iceServers: () => this.#iceServers(),
        assertMayWatch: (cameraId) => this.#assertMayWatch(cameraId),
      }),
      ...this.#otherHandlers(),
    };
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    // The library answers each ping, and bounds the waiting answers.
    socket.on('ping', () => {
      if (this.#closed) this.#onLateMessage();
      else if (!this.#messages.take(options.clock())) this.close('tooManyMessages');
    });
    socket.on('error', (error) => options.log.debug({ err: error }, 'signaling socket failed'));
    socket.on('close', () => this.#cleanUp());
  }

  get identity(): ViewerIdentity | undefined {
    return this.#signIn.identity;
  }

  get viaEdge(): string | undefined {
    return this.#options.viaEdge;
  }

  get frameWatches(): FrameWatches['counters'] {
    return this.#frameWatches.counters;
  }

  notify(notification: NotificationMessage): void {
    if (this.identity) this.#send(notification);
  }

  showDetections(detections: LiveDetections): void {
    const notification = this.identity && this.#detections.notificationOf(detections);
    if (notification) this.notify(notification);
  }

  /** Rights, names or the set of cameras changed: closes consumers without a right and sends the new list. */
  refreshAccess(): void {
    if (!this.identity) return;
    // Read before sending: sending to a viewer that does not read ends this session.
    const cameras = this.#options.access.camerasOf(this.identity);
    const mayWatch = (cameraId: string): boolean => this.rights.may('live', cameraId);
    const { frames } = this.#options;
    this.#media.closeUnless(mayWatch);
    this.#elsewhere.refreshAccess();
    for (const watchId of this.#frameWatches.closeUnless((id) => mayWatch(id) && !frames.isOff?.(id)))
      this.notify({ type: 'notification', method: 'framesEnded', data: { watchId } });
    this.notify({ type: 'notification', method: 'cameras', data: { cameras } });
  }

  close(reason: keyof typeof SIGNALING_CLOSE, detail: string = reason): void {
    if (this.#closed) return;
    // A close frame has room for 123 bytes of UTF-8; a split character takes up to two more.
    const text = Buffer.from(detail).subarray(0, 120).toString();
    this.#options.socket.close(SIGNALING_CLOSE[reason], text);
    this.#cleanUp();
  }

  #onMessage(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#closed) return this.#onLateMessage();
    if (isBinary) return this.close('badMessage', 'viewers send no binary messages');
    const text = (data as Buffer).toString('utf8');
    try {
      const message = this.identity ? parseRequest(text) : parseAuthenticate(text);
      // As many acks as sent pictures are free: the server itself sets their pace.
      if ('sequence' in message && this.#frameWatches.acknowledge(message.watchId, message.sequence)) return;
      if (!this.#messages.take(this.#options.clock())) return this.close('tooManyMessages');
      if ('token' in message) this.#onAuthenticate(message.token);
      else if (!('sequence' in message)) this.#onRequest(message);
    } catch (error) {
      if (!(error instanceof VigieError)) {
        this.#options.log.error({ err: error }, 'failed to handle a signaling message');
        return this.close('badMessage', 'the server failed on this message');
      }
      this.close(CLOSED_FOR[error.code] ?? 'badMessage', error.message);
    }
  }

  /** A close waits for the viewer's answer, which arrives after all earlier messages. */
  #onLateMessage(): void {
    if (++this.#lateMessages > MAX_LATE_MESSAGES) this.#options.socket.terminate();
  }

  #onAuthenticate(token: string): void {
    const expiresInSeconds = this.#identify(token);
    this.#options.onSignedIn?.();
    if (this.#closed) return;
    this.#send({ type: 'authenticated', expiresInSeconds });
    this.refreshAccess();
  }

  #identify(token: string): number | null {
    const expiresInSeconds = this.#signIn.present(token);
    const { identity } = this.#signIn;
    if (this.#options.refusesAdministrators && this.rights.isAdministrator)
      throw new VigieError('unauthorized', 'administrators sign in at the site itself, not at an edge');
    if (identity) this.#allowance.signIn({ userId: identity.userId, details: keyDetails(identity) });
    return expiresInSeconds;
  }

  #onRequest(request: Request | { id: number; error: VigieError }): void {
    try {
      if ('error' in request) throw request.error;
      this.#signIn.countRequest();
      const handle = this.#handlers[request.method] as (data: Request['data']) => unknown;
      this.#send({ type: 'response', id: request.id, ok: true, data: handle(request.data) ?? {} });
    } catch (error) {
      if (!(error instanceof VigieError))
        this.#options.log.error({ err: error }, 'failed to handle a signaling request');
      this.#send(refusalOf(request.id, error));
    }
  }

  #otherHandlers(): Omit<Handlers, keyof ReturnType<typeof mediaHandlers>> {
    return {
      authenticate: ({ token }) => ({ expiresInSeconds: this.#identify(token) }),
      setDetections: ({ cameraId, enabled }) => this.#detections.set(cameraId, enabled),
      watchFrames: (watched) => {
        this.#assertMayWatch(watched.cameraId);
        return { watchId: this.#frameWatches.open(watched).id };
      },
      stopFrames: ({ watchId }) => this.#frameWatches.stop(watchId),
      setWatched: ({ cameraIds }) => {
        if (this.viaEdge === undefined) throw new VigieError('forbidden', 'only an edge says this');
        this.#elsewhere.set(cameraIds);
      },
      getTime: ({ t0 }) => {
        const nowUs = this.#options.clock();
        const { dates = unmappedTime() } = this.#options;
        return { t0, t1: nowUs, t2: nowUs, dateMs: dates.dateMs(nowUs) };
      },
    };
  }

  /** @throws VigieError `notFound`, `forbidden`, `cameraOff` */
  #assertMayWatch(cameraId: string): void {
    this.rights.assertMay('live', cameraId);
    assertSwitchedOn(this.#options.frames, cameraId);
  }

  /** With newly made credentials. */
  #iceServers(): IceServer[] {
    return this.#options.access.iceServersFor(this.identity?.userId ?? '');
  }

  #send(message: ServerToViewer): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.close('tooSlow');
    socket.send(JSON.stringify(message));
  }

  #cleanUp(): void {
    if (!this.#closed) this.#allowance.connectionLost();
    this.#closed = true;
    this.#elsewhere.close();
    this.#signIn.end();
    this.#frameWatches.close();
    this.#media.close();
  }
}
