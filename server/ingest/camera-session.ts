/**
 * One camera's WebSocket: the handshake, then frames, acknowledgements, commands and clock exchanges.
 *
 * Invariants: only a hello is read before authentication; a protocol violation closes this connection and affects no
 * other; `closed` is emitted exactly once, and nothing after it.
 */

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import type { CameraDevice } from '../core/updates/update-obstacles.ts';
import {
  CAMERA_CLOSE,
  HANDSHAKE_TIMEOUT_MS,
  MAX_CONTROL_BYTES,
  NONCE_BYTES,
  SILENCE_TIMEOUT_MS,
  type HelloMessage,
  type OtaProgressMessage,
  type OtaResultMessage,
  type ServerToCamera,
  type TelemetryMessage,
} from '../wire/camera-protocol.ts';
import { AckWindowSetting } from './ack-window-setting.ts';
import type { CameraAuthenticator } from './camera-authenticator.ts';
import { CameraClock } from './camera-clock.ts';
import { CameraCommands } from './camera-commands.ts';
import { parseCameraMessage, parseHello } from './camera-messages.ts';
import type { CameraUplink } from './camera-uplink.ts';
import { FrameIntake, type DroppedFrame, type OnPicture } from './frame-intake.ts';
import { HandshakeLimit } from './handshake-limit.ts';
import type { CloseReason } from './ingest-counters.ts';
import { RoundTrip } from './round-trip.ts';
import { SilenceWatch } from './silence-watch.ts';

export interface CameraSessionOptions {
  webSocket: WebSocket;
  /** The WebSocket's socket: any byte that arrives on it is a sign of life. */
  socket: Socket;
  /** Connected over TLS: only then are commands sent that can take a camera over. */
  secure: boolean;
  authenticator: CameraAuthenticator;
  allowsLargePictures: (cameraId: string) => boolean;
  clock: Clock;
  onFrame: OnPicture;
  /** Called for a camera that has proven its key. */
  uplinkOf: (cameraId: string) => CameraUplink;
  handshakeTimeoutMs?: number;
  silenceTimeoutMs?: number;
}

export interface CameraSessionEvents {
  welcomed: [];
  /** A frame was dropped; the connection stays. */
  dropped: [DroppedFrame];
  telemetry: [TelemetryMessage];
  /** The camera's monotonic clock at its first time request: its uptime. */
  clock: [uptimeMs: number];
  clockFault: [];
  /** The state of its motion sensor has changed. */
  motion: [active: boolean];
  otaProgress: [OtaProgressMessage];
  otaResult: [OtaResultMessage];
  /** The server failed to handle a message; `closed` follows. */
  failed: [error: unknown];
  closed: [reason: CloseReason, detail: string];
}

/** Time for the peer to close its side before the socket is destroyed. */
const CLOSE_TIMEOUT_MS = 1_000;
/** With this many acknowledgements unsent, the camera is not reading. */
const MAX_UNREAD_BYTES = 64 * 1024;
const MAX_MESSAGES_PER_SECOND = 20;
const MAX_MESSAGE_BURST = 60;

export class CameraSession extends EventEmitter<CameraSessionEvents> {
  readonly commands: CameraCommands;
  readonly #options: CameraSessionOptions;
  readonly #serverNonce = randomBytes(NONCE_BYTES);
  readonly #challengedAtUs: number;
  readonly #cameraClock = new CameraClock(() => this.emit('clockFault'));
  readonly #frames: FrameIntake;
  readonly #messageBudget: TokenBucket;
  readonly #handshake: HandshakeLimit;
  #hello: HelloMessage | undefined;
  #claimedId: string | undefined;
  #clockTold = false;
  #closed = false;
  #silenceWatch: SilenceWatch | undefined;
  readonly #roundTrip = new RoundTrip();
  readonly #ackWindow = new AckWindowSetting();
  #uplink: CameraUplink | undefined;

  constructor(options: CameraSessionOptions) {
    super();
    this.#options = options;
    const { webSocket, socket, clock } = options;
    const nowUs = clock();
    this.#challengedAtUs = nowUs;
    this.#frames = new FrameIntake(nowUs, () => options.allowsLargePictures(this.#hello?.cameraId ?? ''));
    this.#messageBudget = new TokenBucket(MAX_MESSAGES_PER_SECOND, MAX_MESSAGE_BURST, nowUs);
    this.commands = new CameraCommands((message) => this.#send(message));

    this.#handshake = new HandshakeLimit({
      socket,
      timeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
      onExceeded: (reason, detail) => this.close(reason, detail),
    });
    webSocket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    webSocket.on('pong', (payload) => this.#hello && this.#roundTrip.onPong(payload, clock()));
    webSocket.on('error', (error) => this.#onError(error));
    webSocket.on('close', (code) => this.#end('left', `the connection ended with code ${code}`));
    this.#send({ type: 'challenge', nonce: this.#serverNonce.toString('base64url') });
  }

  /** Undefined before authentication. */
  get hello(): HelloMessage | undefined {
    return this.#hello;
  }

  get device(): CameraDevice | undefined {
    if (!this.#hello) return undefined;
    const { firmware, board, target, rolledBackFrom, capabilities } = this.#hello;
    return { firmware, board, target, rolledBackFrom, capabilities, secure: this.#options.secure };
  }

  /** The id in the hello, authenticated or not; undefined before the hello. */
  get claimedId(): string | undefined {
    return this.#claimedId;
  }

  /** µs, the smallest measured; undefined before the handshake is complete. */
  get roundTripUs(): number | undefined {
    const { smallestUs } = this.#roundTrip;
    return Number.isFinite(smallestUs) ? smallestUs : undefined;
  }

  get ackWindow(): number {
    return this.#ackWindow.size;
  }

  get fps(): number {
    return this.#frames.fps;
  }

  /** Idempotent. The close frame has a code and a reason. */
  close(reason: keyof typeof CAMERA_CLOSE, detail: string): void {
    if (this.#closed) return;
    const { webSocket } = this.#options;
    webSocket.close(CAMERA_CLOSE[reason], Buffer.from(detail).subarray(0, 120).toString());
    const tearDown = setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT_MS);
    webSocket.once('close', () => clearTimeout(tearDown));
    this.#end(reason, detail);
  }

  /** An exception here would end the process and every camera's connection, so it closes this one only. */
  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    try {
      this.#read(data, isBinary);
    } catch (error) {
      this.emit('failed', error);
      this.close('badMessage', 'the server failed on this message');
    }
  }

  #read(data: Buffer, isBinary: boolean): void {
    const receivedUs = this.#options.clock();
    if (!this.#hello) {
      if (isBinary) return this.close('badMessage', 'the first message must be a hello');
      return this.#onHello(data.toString('utf8'), receivedUs);
    }
    if (isBinary) return this.#onFrame(this.#hello.cameraId, data, receivedUs);
    if (data.length > MAX_CONTROL_BYTES)
      return this.close('tooLarge', `text messages are at most ${MAX_CONTROL_BYTES} bytes`);
    if (!this.#messageBudget.take(receivedUs)) return this.close('badMessage', 'too many text messages');
    this.#onText(data.toString('utf8'), receivedUs);
  }

  #onHello(text: string, receivedUs: number): void {
    const { authenticator, socket, clock } = this.#options;
    const hello = text.length > MAX_CONTROL_BYTES ? 'too long' : parseHello(text);
    if (typeof hello === 'string') return this.close('badMessage', `not a hello: ${hello}`);
    this.#claimedId = hello.cameraId;
    const hmac = authenticator.verify(hello, this.#serverNonce);
    if (!hmac) return this.close('unauthorized', 'unknown camera or wrong key');
    this.#hello = hello;
    this.#handshake.end();
    this.#roundTrip.note(receivedUs - this.#challengedAtUs);
    this.#uplink = this.#options.uplinkOf(hello.cameraId);
    const settings = this.#uplink.connected(hello, this.commands, receivedUs);
    this.#send({ type: 'welcome', hmac, settings: { ...settings, ackWindow: this.#ackWindow.size } });
    const silenceTimeoutMs = this.#options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS;
    this.#silenceWatch = new SilenceWatch({
      socket,
      clock,
      silenceTimeoutMs: () => silenceTimeoutMs,
      onTick: () => this.#onTick(),
      onSilent: () => this.close('silent', `nothing heard for ${silenceTimeoutMs} ms`),
    });
    this.emit('welcomed');
  }

  #onFrame(cameraId: string, message: Buffer, receivedUs: number): void {
    const intake = this.#frames.take(message, receivedUs);
    if (intake.verdict === 'violation') return this.close('badFrame', intake.detail);
    this.#send({ type: 'ack', sequence: intake.sequence });
    if (intake.verdict === 'dropped') return void this.emit('dropped', intake);
    const { header, picture } = intake;
    const { jpeg, width, height } = picture;
    const captureUs = this.#cameraClock.captureUs(header, receivedUs);
    if (this.#cameraClock.isMeasured(receivedUs)) {
      const sentUs = captureUs + header.sendUs - header.captureUs;
      const oneWayUs = this.#roundTrip.smallestUs / 2;
      this.#uplink?.onFrame(width, height, { sentUs, receivedUs, bytes: message.length, oneWayUs });
    }
    this.#options.onFrame({ cameraId, jpeg, width, height, captureUs, receivedUs }, picture);
  }

  #onText(text: string, receivedUs: number): void {
    const message = parseCameraMessage(text);
    if (typeof message === 'string') return this.close('badMessage', message);
    switch (message.type) {
      case 'time':
        this.#send(this.#cameraClock.answer(message, receivedUs, this.#options.clock()));
        if (!this.#clockTold) this.emit('clock', message.t0 / 1000);
        this.#clockTold = true;
        return undefined;
      case 'applied':
        return this.commands.onApplied(message.id);
      case 'rejected':
        return this.commands.onRejected(message.id, message.reason);
      case 'telemetry':
        this.#uplink?.onTelemetry(message, receivedUs);
        return void this.emit('telemetry', message);
      case 'motion':
        return void this.emit('motion', message.active);
      case 'otaProgress':
        return void this.emit('otaProgress', message);
      case 'otaResult':
        this.emit('otaResult', message);
    }
  }

  #onTick(): void {
    const nowUs = this.#options.clock();
    this.#options.webSocket.ping(this.#roundTrip.ping(nowUs));
    void this.#ackWindow.widen(this.#roundTrip.smallestUs, this.#frames.fps, this.commands);
    this.#uplink?.onTick(nowUs);
  }

  #send(message: ServerToCamera): void {
    const { webSocket } = this.#options;
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (webSocket.bufferedAmount > MAX_UNREAD_BYTES)
      return this.close('silent', 'the camera does not read its messages');
    webSocket.send(JSON.stringify(message));
  }

  #onError(error: Error & { code?: string }): void {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || error.code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS')
      return this.close('tooLarge', error.message);
    if (error.code?.startsWith('WS_ERR_')) return this.close('badMessage', error.message);
    this.#end('left', error.message);
  }

  #end(reason: CloseReason, detail: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handshake.end();
    this.#silenceWatch?.close();
    this.#uplink?.disconnected(this.commands, this.#options.clock());
    this.commands.close();
    this.emit('closed', reason, detail);
  }
}
