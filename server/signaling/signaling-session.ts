/**
 * One viewer's signaling WebSocket: authenticates it, answers its requests, tells it what changes.
 *
 * Invariants: before `authenticated` nothing but the token is looked at; a camera is only ever consumed after the right
 * to it was checked, and a right that goes away closes its consumers; when the socket closes, its transports close; and
 * who goes on sending after it was told to stop is cut off.
 */

import type { WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Capacity } from '../core/capacity.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import {
  AUTHENTICATE_TIMEOUT_MS,
  SIGNALING_CLOSE,
  type IceServer,
  type NotificationMessage,
  type ServerToViewer,
  type SignalingMethod,
  type SignalingMethods,
} from '../wire/signaling.ts';
import { FrameWatches } from './frame-watches.ts';
import type { MediaServer } from './media-server.ts';
import type { TransportQuota } from './transport-quota.ts';
import type { SignalingAccess, ViewerIdentity } from './signaling-access.ts';
import { parseAuthenticate, parseRequest, type Request } from './signaling-messages.ts';
import { ViewerAllowance } from './viewer-allowance.ts';
import { ViewerMedia } from './viewer-media.ts';

export interface SignalingSessionOptions {
  socket: WebSocket;
  /** Where the WebSocket comes from, before any proxy of ours. */
  viewerAddress: string;
  /** Called once, when the first token was good. */
  onSignedIn?: () => void;
  access: SignalingAccess;
  sfu: MediaServer;
  frames: CameraFrames;
  transportQuota: TransportQuota;
  capacity: Capacity;
  clock: Clock;
  log: Log;
}

/** A page that opens with a full grid of cameras sends a few hundred messages at once. */
const MESSAGE_BURST = 400;
const MESSAGES_PER_SECOND = 40;
/** Messages that may have been on their way when the socket was closed from here. */
const MAX_LATE_MESSAGES = MESSAGE_BURST;
/** More than the largest picture (4 MiB) and what may wait in front of it. */
const MAX_BUFFERED_BYTES = 5 * 1024 * 1024;

type Handlers = {
  [M in SignalingMethod]: (data: SignalingMethods[M]['request']) => SignalingMethods[M]['response'];
};

export class SignalingSession {
  readonly #options: SignalingSessionOptions;
  readonly #messages: TokenBucket;
  readonly #allowance: ViewerAllowance;
  readonly #media: ViewerMedia;
  readonly #frameWatches: FrameWatches;
  #identity: ViewerIdentity | undefined;
  #deadline: NodeJS.Timeout;
  #closed = false;
  #lateMessages = 0;

  constructor(options: SignalingSessionOptions) {
    this.#options = options;
    this.#messages = new TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST, options.clock());
    const { socket } = options;
    this.#allowance = new ViewerAllowance(options);
    const shared = { ...options, allowance: this.#allowance };
    this.#media = new ViewerMedia(shared, (notification) => this.notify(notification));
    this.#frameWatches = new FrameWatches(shared);
    this.#deadline = setTimeout(() => this.close('authenticateTimeout'), AUTHENTICATE_TIMEOUT_MS);
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    // The library answers each, and bounds the answers that wait.
    socket.on('ping', () => {
      if (this.#closed) this.#onLateMessage();
      else if (!this.#messages.take(options.clock())) this.close('tooManyMessages');
    });
    socket.on('error', (error) => options.log.debug({ err: error }, 'signaling socket failed'));
    socket.on('close', () => this.#cleanUp());
  }

  get identity(): ViewerIdentity | undefined {
    return this.#identity;
  }

  get frameWatches(): FrameWatches['counters'] {
    return this.#frameWatches.counters;
  }

  mayWatch(cameraId: string): boolean {
    return this.#identity !== undefined && this.#options.access.mayWatch(this.#identity.userId, cameraId);
  }

  get isAdministrator(): boolean {
    return this.#identity !== undefined && this.#options.access.isAdministrator(this.#identity.userId);
  }

  notify(notification: NotificationMessage): void {
    if (this.#identity) this.#send(notification);
  }

  /** Rights, names or the set of cameras have changed: closes what may no longer be seen and sends the new list. */
  refreshAccess(): void {
    if (!this.#identity) return;
    // Before anything is sent: what is sent to a viewer that does not read ends this session.
    const cameras = this.#options.access.camerasOf(this.#identity.userId);
    this.#media.closeUnless((cameraId) => this.mayWatch(cameraId));
    for (const watchId of this.#frameWatches.closeUnless((cameraId) => this.mayWatch(cameraId)))
      this.notify({ type: 'notification', method: 'framesEnded', data: { watchId } });
    this.notify({ type: 'notification', method: 'cameras', data: { cameras } });
  }

  close(reason: keyof typeof SIGNALING_CLOSE, detail: string = reason): void {
    if (this.#closed) return;
    // A close frame has room for 123 bytes of UTF-8; a character that is cut in two takes up to two more.
    const text = Buffer.from(detail).subarray(0, 120).toString();
    this.#options.socket.close(SIGNALING_CLOSE[reason], text);
    this.#cleanUp();
  }

  #onMessage(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#closed) return this.#onLateMessage();
    if (isBinary) return this.close('badMessage', 'viewers send no binary messages');
    const text = (data as Buffer).toString('utf8');
    try {
      const message = this.#identity ? parseRequest(text) : parseAuthenticate(text);
      // As many acks as pictures were sent are free: the server itself sets their pace.
      if ('sequence' in message && this.#frameWatches.acknowledge(message.watchId, message.sequence)) return;
      if (!this.#messages.take(this.#options.clock())) return this.close('tooManyMessages');
      if ('token' in message) this.#onAuthenticate(message.token);
      else if (!('sequence' in message)) this.#onRequest(message);
    } catch (error) {
      if (!(error instanceof VigieError)) {
        this.#options.log.error({ err: error }, 'failed to handle a signaling message');
        return this.close('badMessage', 'the server failed on this message');
      }
      this.close(error.code === 'unauthorized' ? 'unauthorized' : 'badMessage', error.message);
    }
  }

  /** Closing waits for the viewer's answer, which stands behind all that it sends before. */
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

  /** @returns seconds the token is still good for */
  #identify(token: string): number {
    const identity = this.#options.access.identify(token);
    if (this.#identity && identity.userId !== this.#identity.userId) {
      throw new VigieError('unauthorized', 'the new token is of another user');
    }
    this.#identity = identity;
    this.#allowance.userId = identity.userId;
    // Not the server's clock, which stands still while the machine sleeps.
    const remainingMs = identity.expiresAtMs - Date.now();
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.close('tokenExpired'), remainingMs);
    return Math.floor(remainingMs / 1000);
  }

  #onRequest(request: Request | { id: number; error: VigieError }): void {
    try {
      if ('error' in request) throw request.error;
      const handle = this.#handlers[request.method] as (data: Request['data']) => unknown;
      this.#send({ type: 'response', id: request.id, ok: true, data: handle(request.data) });
    } catch (error) {
      if (!(error instanceof VigieError))
        this.#options.log.error({ err: error }, 'failed to handle a signaling request');
      const { code, message, watching } =
        error instanceof VigieError ? error : new VigieError('internal', 'see the log');
      const answer = { code, detail: message, ...(watching !== undefined && { watching }) };
      this.#send({ type: 'response', id: request.id, ok: false, error: answer });
    }
  }

  readonly #handlers: Handlers = {
    authenticate: ({ token }) => ({ expiresInSeconds: this.#identify(token) }),
    getRouterRtpCapabilities: () => this.#options.sfu.rtpCapabilities,
    createWebRtcTransport: () => ({ ...this.#media.createTransport(), iceServers: this.#iceServers() }),
    connectWebRtcTransport: ({ transportId, dtlsParameters }) => {
      this.#media.transport(transportId).connect(dtlsParameters);
      return {};
    },
    closeWebRtcTransport: ({ transportId }) => {
      this.#media.transport(transportId).close('requested');
      return {};
    },
    getIceServers: () => ({ iceServers: this.#iceServers() }),
    restartIce: ({ transportId }) => ({
      iceParameters: this.#media.transport(transportId).restartIce(),
      iceServers: this.#iceServers(),
    }),
    consume: ({ transportId, cameraId }) => {
      this.#assertMayWatch(cameraId);
      return this.#media.consume(transportId, cameraId);
    },
    pauseConsumer: ({ consumerId }) => {
      this.#media.pause(consumerId);
      return {};
    },
    resumeConsumer: ({ consumerId }) => {
      this.#media.resume(consumerId);
      return {};
    },
    closeConsumer: ({ consumerId }) => {
      this.#media.consumer(consumerId).close('requested');
      return {};
    },
    setFrameTimings: ({ consumerId, enabled }) => {
      this.#media.consumer(consumerId).setFrameTimings(enabled);
      return {};
    },
    watchFrames: ({ cameraId, maxFps }) => {
      this.#assertMayWatch(cameraId);
      const { id: watchId } = this.#frameWatches.open(cameraId, maxFps);
      return { watchId };
    },
    stopFrames: ({ watchId }) => {
      this.#frameWatches.stop(watchId);
      return {};
    },
    getTime: ({ t0 }) => {
      const nowUs = this.#options.clock();
      return { t0, t1: nowUs, t2: nowUs };
    },
  };

  /** With credentials made this moment. */
  #iceServers(): IceServer[] {
    return this.#options.access.iceServersFor(this.#identity?.userId ?? '');
  }

  /** @throws VigieError the same for a camera that is not there: its existence is none of the caller's business */
  #assertMayWatch(cameraId: string): void {
    if (!this.mayWatch(cameraId))
      throw new VigieError('notFound', 'there is no such camera, or it is not yours to see');
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
    clearTimeout(this.#deadline);
    this.#identity = undefined;
    this.#frameWatches.close();
    this.#media.close();
  }
}
