/**
 * One viewer's signaling WebSocket at an edge. The edge answers requests about media itself; everything else passes
 * between the viewer and the site's own signaling, which decides who the viewer is and what they may see.
 *
 * Invariants: nothing is consumed before the site has accepted the viewer's token, and only cameras that are in the site's newest
 * list, switched on and with the right `live`; a camera that leaves that list is closed at once; when one side closes, so does
 * the other.
 */

import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import type { MediaServer } from '../core/media-server.ts';
import { unmappedTime } from '../core/site-clock.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { ViewerAllowance, type ViewerAllowanceOptions } from '../core/viewer-allowance.ts';
import { switchedOff } from '../core/video/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CameraView } from '../wire/camera.ts';
import {
  SIGNALING_CLOSE,
  type IceServer,
  type ServerToViewer,
  type SignalingMethods,
} from '../wire/signaling.ts';
import { holderOf } from './credential-holder.ts';
import { EdgeWatching } from './edge-watching.ts';
import { mediaHandlers } from './media-handlers.ts';
import { parseAuthenticate, parseRequest, refusalOf, type Request } from './signaling-messages.ts';
import { ViewerMedia } from './viewer-media.ts';

export interface RelayedSessionOptions extends ViewerAllowanceOptions {
  /** The viewer's. */
  socket: WebSocket;
  /** To the site's signaling, opening or open. */
  upstream: WebSocket;
  sfu: MediaServer;
  iceServersFor: (userId: string) => IceServer[];
  /** Called once, when the site has accepted the viewer. */
  onSignedIn: () => void;
  clock: Clock;
  log: Log;
}

/** As at a site. */
const MESSAGES = { perSecond: 40, burst: 400 };
const MAX_BUFFERED_BYTES = 5 * 1024 * 1024;
/** Bytes waiting for the site: many times what a page sends in a round trip. */
const MAX_UPSTREAM_BYTES = 512 * 1024;
/** A reason has room for 123 bytes. */
const MAX_REASON_BYTES = 120;

type OwnHandlers = ReturnType<typeof mediaHandlers> & {
  getTime: (data: SignalingMethods['getTime']['request']) => SignalingMethods['getTime']['response'];
  setWatched: () => never;
};

export class RelayedSession {
  readonly #options: RelayedSessionOptions;
  readonly #allowance: ViewerAllowance;
  readonly #media: ViewerMedia;
  readonly #messages: TokenBucket;
  /** The requests that the edge answers; they are not sent to the site. */
  readonly #own: OwnHandlers;
  readonly #watching: EdgeWatching;
  /** With the right `live`. */
  #cameras = new Map<string, CameraView>();
  /** The site has accepted the viewer. */
  #isSignedIn = false;
  #token = '';
  #closed = false;

  constructor(options: RelayedSessionOptions) {
    this.#options = options;
    const { socket, upstream, clock, log } = options;
    this.#watching = new EdgeWatching(upstream);
    this.#allowance = new ViewerAllowance({
      ...options,
      onStream: ({ cameraId }) => this.#watching.begin(cameraId),
    });
    const shared = { ...options, allowance: this.#allowance };
    this.#media = new ViewerMedia(shared, (notification) => this.#send(notification));
    this.#own = {
      ...mediaHandlers({
        media: this.#media,
        sfu: options.sfu,
        iceServers: () => options.iceServersFor(this.#allowance.userId),
        assertMayWatch: (cameraId) => this.#assertMayWatch(cameraId),
      }),
      // Frames carry the edge's time here.
      getTime: ({ t0 }) => {
        const nowUs = clock();
        return { t0, t1: nowUs, t2: nowUs, dateMs: unmappedTime().dateMs(nowUs) };
      },
      setWatched: () => {
        throw new VigieError('forbidden', 'only an edge says this');
      },
    };
    this.#messages = new TokenBucket(MESSAGES.perSecond, MESSAGES.burst, clock());
    // Messages that the viewer sends meanwhile wait in its socket.
    if (upstream.readyState !== upstream.OPEN) {
      socket.pause();
      upstream.once('open', () => socket.resume());
    }
    socket.on('message', (data, isBinary) => this.#onViewer(data, isBinary));
    upstream.on('message', (data, isBinary) => this.#onSite(data, isBinary));
    for (const each of [socket, upstream])
      each.on('error', (err) => log.debug({ err }, 'signaling socket failed'));
    socket.on('close', () => this.#end(() => upstream.close()));
    upstream.on('close', (code, reason) => {
      // Only the site's own reasons are passed to the viewer; after any other it tries again.
      const isReason = code >= 4000 && code < 5000;
      this.close(
        isReason ? code : SIGNALING_CLOSE.serverStopping,
        isReason ? reason.toString() : 'the site is unreachable',
      );
    });
  }

  /** Idempotent. */
  close(code: number, reason: string): void {
    this.#end(() => {
      const { socket, upstream } = this.#options;
      socket.resume();
      socket.close(code, Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString());
      upstream.close();
    });
  }

  #onViewer(data: RawData, isBinary: boolean): void {
    if (this.#closed) return;
    if (isBinary) return this.close(SIGNALING_CLOSE.badMessage, 'viewers send no binary messages');
    const text = (data as Buffer).toString('utf8');
    try {
      const message = this.#isSignedIn ? parseRequest(text) : parseAuthenticate(text);
      // The number of acks is set by the site, which counts those that answer no picture.
      if (!('sequence' in message) && !this.#messages.take(this.#options.clock()))
        return this.close(SIGNALING_CLOSE.tooManyMessages, 'tooManyMessages');
      if ('token' in message) {
        this.#token = message.token;
        return this.#pass(text);
      }
      if ('method' in message && message.method in this.#own) this.#answer(message);
      else if ('error' in message) this.#send(refusalOf(message.id, message.error));
      else this.#pass(text);
    } catch (error) {
      const isKnown = error instanceof VigieError;
      if (!isKnown) this.#options.log.error({ err: error }, 'failed to handle a signaling message');
      this.close(SIGNALING_CLOSE.badMessage, isKnown ? error.message : 'the server failed on this message');
    }
  }

  #onSite(data: RawData, isBinary: boolean): void {
    const { socket } = this.#options;
    if (this.#closed || socket.readyState !== socket.OPEN) return;
    try {
      if (!isBinary && this.#read((data as Buffer).toString('utf8'))) return;
    } catch (error) {
      this.#options.log.error({ err: error }, 'failed to read a message of the site');
      return this.close(SIGNALING_CLOSE.serverStopping, 'this edge does not understand its site');
    }
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.close(SIGNALING_CLOSE.tooSlow, 'tooSlow');
    socket.send(data as Buffer, { binary: isBinary });
  }

  /**
   * Reads the site's messages that the edge needs. The edge trusts its site, so these messages are not validated.
   *
   * @returns whether the message is for the edge alone
   */
  #read(text: string): boolean {
    const message = JSON.parse(text) as ServerToViewer;
    if (message.type === 'authenticated') {
      this.#isSignedIn = true;
      this.#allowance.signIn({ userId: holderOf(this.#token) });
      this.#options.onSignedIn();
    }
    if (message.type !== 'notification' || message.method !== 'cameras')
      return this.#watching.isAnswer(message);
    const visible = message.data.cameras.filter(({ rights }) => rights.includes('live'));
    this.#cameras = new Map(visible.map((camera) => [camera.id, camera]));
    this.#media.closeUnless((cameraId) => this.#cameras.has(cameraId));
    this.#media.closeUnless((cameraId) => this.#cameras.get(cameraId)?.off === undefined, 'cameraOff');
    return false;
  }

  #answer(request: Request): void {
    const { id, method, data } = request;
    try {
      const handle = this.#own[method as keyof OwnHandlers] as (data: Request['data']) => unknown;
      this.#send({ type: 'response', id, ok: true, data: handle(data) ?? {} });
    } catch (error) {
      if (!(error instanceof VigieError))
        this.#options.log.error({ err: error }, 'failed to handle a signaling request');
      this.#send(refusalOf(id, error));
    }
  }

  /** @throws VigieError `notFound`, `cameraOff` */
  #assertMayWatch(cameraId: string): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera) throw new VigieError('notFound', 'there is no such camera');
    if (camera.off) throw switchedOff();
  }

  #pass(text: string): void {
    const { upstream } = this.#options;
    if (upstream.readyState !== upstream.OPEN) return;
    // Acks are not counted here, and the path to the site may be slower than the viewer's.
    if (upstream.bufferedAmount > MAX_UPSTREAM_BYTES)
      return this.close(SIGNALING_CLOSE.tooManyMessages, 'tooManyMessages');
    upstream.send(text);
  }

  #send(message: ServerToViewer): void {
    const { socket } = this.#options;
    if (this.#closed || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.close(SIGNALING_CLOSE.tooSlow, 'tooSlow');
    socket.send(JSON.stringify(message));
  }

  #end(finish: () => void): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#allowance.connectionLost();
    this.#media.close();
    finish();
  }
}
