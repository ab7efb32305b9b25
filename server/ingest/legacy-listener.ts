/**
 * One port for one legacy camera: MD5 credentials in the query, then one JPEG per binary message.
 *
 * Invariants: nothing is sent except a refusal; only peers in private networks reach the password check; unauthenticated
 * clients cannot keep the camera out; every JPEG is validated like those of protocol v1.
 */

import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Clock } from '../core/clock.ts';
import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { LogThrottle } from '../core/log-throttle.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import type { Log } from '../log.ts';
import { PendingConnections, type PendingPlace } from '../net/pending-connections.ts';
import type { CameraEvents } from '../core/link/camera-events.ts';
import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import { CAMERA_CLOSE, HANDSHAKE_TIMEOUT_MS } from '../wire/camera-protocol.ts';
import { listen } from '../net/listen.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { MAX_FRAGMENTS, MAX_FRAME_BYTES } from './camera-endpoint.ts';
import { MAX_FRAMES_PER_SECOND } from './frame-intake.ts';
import { countMended, zeroMendedCounters, type DropReason, type MendedCounters } from './ingest-counters.ts';
import type { LegacyCredentials } from './legacy-credentials.ts';
import { checkPicture, type AllowsLargePictures } from './picture-check.ts';
import { watchLegacySilence } from './legacy-silence.ts';

export interface LegacyListenerOptions {
  onFrame: (frame: CameraFrame) => void;
  cameraId: string;
  /** 0: a free port. */
  port: number;
  /** Address to listen on; all addresses when left out. */
  host?: string;
  credentials: LegacyCredentials;
  allowsLargePictures: AllowsLargePictures;
  log: Log;
  clock: Clock;
  /** Silence of this length means that the camera is gone … */
  silenceTimeoutMs: number;
  /** … unless its pictures are farther apart, ms; undefined: not set. */
  pictureIntervalMs: () => number | undefined;
}

export type LegacyEvents = Pick<CameraEvents, 'online' | 'offline' | 'connected' | 'replaced' | 'refused'>;

export interface LegacyCounters {
  frames: number;
  dropped: Record<DropReason, number>;
  mended: MendedCounters;
  refused: { notPrivate: number; unauthorized: number; displaced: number };
  closed: Record<LegacyCloseReason, number>;
}

/** For connections before authentication. */
const PENDING_PLACES = 16;
/** Why a connection ended, by the names of CAMERA_CLOSE; `left`: the camera or the network ended it. */
type LegacyCloseReason = 'badMessage' | 'tooLarge' | 'replaced' | 'silent' | 'left';
const LOG_INTERVAL_US = 30_000_000;

export class LegacyListener extends EventEmitter<LegacyEvents> {
  readonly counters: LegacyCounters = {
    frames: 0,
    dropped: { damaged: 0, tooLarge: 0, tooFast: 0 },
    mended: zeroMendedCounters(),
    refused: { notPrivate: 0, unauthorized: 0, displaced: 0 },
    closed: { badMessage: 0, tooLarge: 0, replaced: 0, silent: 0, left: 0 },
  };
  readonly #options: LegacyListenerOptions;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: 2 * MAX_FRAGMENTS,
  });
  readonly #pending: PendingConnections;
  readonly #places = new WeakMap<Duplex, PendingPlace>();
  readonly #throttle = new LogThrottle(LOG_INTERVAL_US);
  readonly #frameRate = new FrameRateMeter(0);
  readonly #ended = new WeakSet<WebSocket>();
  #camera: WebSocket | undefined;
  #lastFrameUs: number | undefined;
  #droppedInARow = 0;
  #framesMended = 0;

  constructor(options: LegacyListenerOptions) {
    super();
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: HANDSHAKE_TIMEOUT_MS, headersTimeout: HANDSHAKE_TIMEOUT_MS },
      (_request, response) =>
        response.writeHead(426, { connection: 'close' }).end('this port is for a camera'),
    );
    this.#pending = new PendingConnections({ places: PENDING_PLACES, clock: options.clock });
    this.#server.on('connection', (socket) => this.#onConnection(socket));
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  get cameraId(): string {
    return this.#options.cameraId;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  get online(): boolean {
    return this.#camera !== undefined;
  }

  get fps(): number {
    return this.#camera ? this.#frameRate.fps : 0;
  }

  /** Frames whose JPEG was mended. */
  get framesMended(): number {
    return this.#framesMended;
  }

  /** µs since the Unix epoch. */
  get lastFrameUs(): number | undefined {
    return this.#lastFrameUs;
  }

  /** @throws VigieError `configuration` when the port is not available */
  async listen(): Promise<void> {
    const { port, host } = this.#options;
    const setting = 'camera-start-port in server-config.json';
    await listen(this.#server, { protocol: 'TCP', port, host, purpose: 'a legacy camera', setting });
    // Too many open files and the like: one connection fails, the port stays.
    this.#server.on('error', (err) => this.#options.log.error({ err }, 'legacy listener failed'));
  }

  /** Idempotent. */
  close(): void {
    this.#camera?.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#sockets.close();
  }

  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (!isPrivateAddress(address)) {
      this.counters.refused.notPrivate++;
      this.#warn({ address, reason: 'notPrivate' }, 'legacy camera refused');
      return refuseUpgrade(socket, 403, 'this port is for cameras in the same private network');
    }
    const place = this.#pending.enter({ address, isPrivate: true }, () => {
      this.counters.refused.displaced++;
      socket.destroy();
    });
    this.#places.set(socket, place);
    socket.once('close', () => place.leave());
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? '';
    const place = this.#places.get(socket);
    // Refused already: nothing more is read.
    if (!place) return void socket.destroy();
    if (!this.#options.credentials.admits(request.url ?? '')) {
      this.counters.refused.unauthorized++;
      this.#warn({ address, reason: 'unauthorized' }, 'legacy camera refused');
      return refuseUpgrade(socket, 401, 'wrong user name or password');
    }
    place.authenticated();
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, request));
  }

  #open(webSocket: WebSocket, request: IncomingMessage): void {
    const { cameraId, clock, silenceTimeoutMs, pictureIntervalMs } = this.#options;
    const address = request.socket.remoteAddress;
    const former = this.#camera;
    this.#camera = webSocket;
    // A camera that lost power reconnects before the old connection times out.
    if (former) this.#end(former, 'replaced');

    const budget = new TokenBucket(MAX_FRAMES_PER_SECOND, MAX_FRAMES_PER_SECOND, clock());
    const silenceWatch = watchLegacySilence({
      webSocket,
      socket: request.socket,
      clock,
      silenceTimeoutMs,
      pictureIntervalMs,
      onSilent: () => this.#end(webSocket, 'silent'),
    });
    webSocket.on('message', (data, isBinary) => {
      if (this.#camera !== webSocket) return;
      if (isBinary) this.#onJpeg(data as Buffer, budget);
      else this.#violate(webSocket, 'badMessage', 'a text message instead of a picture');
    });
    webSocket.on('error', (error: Error & { code?: string }) => {
      this.#warn({ err: error }, 'legacy camera connection failed');
      const tooLong =
        error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || error.code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS';
      if (tooLong) this.#violate(webSocket, 'tooLarge', error.message);
      else if (error.code?.startsWith('WS_ERR_')) this.#violate(webSocket, 'badMessage', error.message);
    });
    webSocket.on('close', () => {
      silenceWatch.close();
      this.#leave(webSocket, 'left');
    });
    this.emit('connected', cameraId);
    if (former) {
      this.emit('replaced', cameraId);
      return;
    }
    this.#options.log.info({ cameraId, address }, 'legacy camera connected');
    this.emit('online', cameraId);
  }

  #onJpeg(bytes: Buffer, budget: TokenBucket): void {
    const { clock, allowsLargePictures } = this.#options;
    const receivedUs = clock();
    if (!budget.take(receivedUs))
      return this.#drop({ kind: 'tooFast', detail: `more than ${MAX_FRAMES_PER_SECOND} frames per second` });
    const checked = checkPicture(bytes, allowsLargePictures);
    if (checked.verdict === 'refused') return this.#drop({ kind: checked.kind, detail: checked.detail });
    const { jpeg, width, height } = checked.picture;
    this.#droppedInARow = 0;
    if (countMended(checked.picture, this.counters.mended)) this.#framesMended++;
    this.counters.frames++;
    this.#lastFrameUs = receivedUs;
    this.#frameRate.add(receivedUs);
    // The legacy protocol has no capture time: the frame is dated by its arrival.
    const { cameraId } = this;
    this.#options.onFrame({ cameraId, jpeg, width, height, captureUs: receivedUs, receivedUs });
  }

  #drop(refusal: FrameRefusal<DropReason>): void {
    const { kind, detail } = refusal;
    this.counters.dropped[kind]++;
    this.emit('refused', this.cameraId, refusal, ++this.#droppedInARow);
    this.#warn({ reason: kind, detail }, 'frame dropped');
  }

  /** The sender is not a legacy camera. */
  #violate(webSocket: WebSocket, reason: 'badMessage' | 'tooLarge', detail: string): void {
    if (this.#ended.has(webSocket)) return;
    this.emit('refused', this.cameraId, { kind: 'violation', detail }, 1);
    this.#end(webSocket, reason);
  }

  #end(webSocket: WebSocket, reason: Exclude<LegacyCloseReason, 'left'>): void {
    this.#leave(webSocket, reason);
    webSocket.close(CAMERA_CLOSE[reason]);
    webSocket.terminate();
  }

  #leave(webSocket: WebSocket, reason: LegacyCloseReason): void {
    if (this.#ended.has(webSocket)) return;
    this.#ended.add(webSocket);
    this.counters.closed[reason]++;
    this.#warn({ reason }, 'legacy camera connection closed');
    if (this.#camera !== webSocket) return;
    this.#camera = undefined;
    this.emit('offline', this.cameraId);
  }

  #warn(fields: Record<string, unknown>, message: string): void {
    const { cameraId, clock, log } = this.#options;
    const suppressed = this.#throttle.pass(`${message} ${String(fields['reason'])}`, clock());
    if (suppressed !== undefined)
      log.warn({ cameraId, ...fields, ...(suppressed > 0 && { suppressed }) }, message);
  }
}
