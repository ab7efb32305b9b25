/** A real ingest behind a real HTTP server, and a camera whose every byte the test decides. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { WebSocket, type ClientOptions } from 'ws';
import { CameraIngest, type CameraIngestOptions } from '../../server/ingest/camera-ingest.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { handshakeHmac } from '../../server/core/link/camera-handshake.ts';
import {
  CAMERA_PATH,
  CAMERA_SUBPROTOCOL,
  type ChallengeMessage,
  type HelloMessage,
  type ServerToCamera,
  type WelcomeMessage,
} from '../../server/wire/camera-protocol.ts';
import { FRAME_HEADER_BYTES, writeFrameHeader, type FrameHeader } from '../../server/wire/frame-header.ts';
import { drawnJpeg } from './sample-jpegs.ts';

export const JPEG = drawnJpeg(64, 48);

export class IngestRig {
  readonly ingest: CameraIngest;
  readonly url: string;
  readonly keys: Map<string, Buffer>;
  /** Every line of the log. */
  readonly log: Record<string, unknown>[];
  readonly frames: CameraFrame[];
  readonly #close: () => Promise<void>;

  private constructor(
    ingest: CameraIngest,
    url: string,
    keys: Map<string, Buffer>,
    log: Record<string, unknown>[],
    frames: CameraFrame[],
    close: () => Promise<void>,
  ) {
    this.ingest = ingest;
    this.url = url;
    this.keys = keys;
    this.log = log;
    this.frames = frames;
    this.#close = close;
  }

  /** With the cameras `cam_1` and `cam_2`. @param secure whether ingest takes their connections for TLS */
  static async start(options: Partial<CameraIngestOptions> = {}, secure = false): Promise<IngestRig> {
    const keys = new Map(['cam_1', 'cam_2'].map((id) => [id, randomBytes(32)]));
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const frames: CameraFrame[] = [];
    const ingest = new CameraIngest({
      onFrame: (frame) => frames.push(frame),
      store: { keyOf: (id) => keys.get(id) },
      connectionOf: ({ socket }) => ({ address: socket.remoteAddress ?? '', isPrivate: false, secure }),
      log,
      ...options,
    });
    const server = createServer().listen(0, '127.0.0.1');
    server.on('upgrade', (request, socket, head) => ingest.handleUpgrade(request, socket, head));
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${CAMERA_PATH}`;
    return new IngestRig(ingest, url, keys, lines, frames, async () => {
      ingest.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
  }

  connect(): RawCamera {
    return new RawCamera(this.url);
  }

  /** A camera that has been welcomed. */
  async online(cameraId: string, changes: Partial<HelloMessage> = {}): Promise<RawCamera> {
    const camera = this.connect();
    await camera.shakeHands(cameraId, this.keys.get(cameraId) ?? randomBytes(32), changes);
    return camera;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

export class RawCamera {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #messages: ServerToCamera[] = [];
  #arrived = Promise.withResolvers<void>();
  #sequence = 0;

  constructor(url: string, protocols: string | string[] = CAMERA_SUBPROTOCOL, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString('utf8')) as ServerToCamera);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
  }

  /** The next unread message of this type; earlier ones of other types are skipped. */
  async next<T extends ServerToCamera['type']>(type: T): Promise<Extract<ServerToCamera, { type: T }>> {
    for (;;) {
      const message = this.#messages.shift();
      if (message?.type === type) return message as Extract<ServerToCamera, { type: T }>;
      if (message) continue;
      const end = await Promise.race([this.#arrived.promise, this.closed]);
      if (end && this.#messages.length === 0)
        throw new Error(`closed with ${end.code} ${end.reason} instead of ${type}`);
    }
  }

  async hello(
    cameraId: string,
    key: Uint8Array,
  ): Promise<{ hello: HelloMessage; challenge: ChallengeMessage }> {
    const challenge = await this.next('challenge');
    const cameraNonce = randomBytes(32);
    const facts = { cameraId, serverNonce: Buffer.from(challenge.nonce, 'base64url'), cameraNonce };
    const hello: HelloMessage = {
      type: 'hello',
      cameraId,
      nonce: cameraNonce.toString('base64url'),
      hmac: handshakeHmac(key, 'camera', facts),
      firmware: '1.2.3',
      board: 'AI-Thinker',
      sensor: 'OV2640',
      capabilities: ['flash'],
    };
    return { hello, challenge };
  }

  /** @param changes to its hello */
  async shakeHands(
    cameraId: string,
    key: Uint8Array,
    changes: Partial<HelloMessage> = {},
  ): Promise<WelcomeMessage> {
    const { hello } = await this.hello(cameraId, key);
    this.say({ ...hello, ...changes });
    return this.next('welcome');
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** @returns its sequence number */
  sendFrame(changes: Partial<FrameHeader> = {}, jpeg: Uint8Array = JPEG): number {
    const sequence = changes.sequence ?? this.#sequence++;
    this.socket.send(frameMessage({ sequence, ...changes }, jpeg));
    return sequence;
  }
}

export function frameMessage(changes: Partial<FrameHeader>, jpeg: Uint8Array = JPEG): Buffer {
  const header = {
    sequence: 0,
    captureUs: 1_000,
    sendUs: 3_000,
    width: 64,
    height: 48,
    jpegBytes: jpeg.length,
  };
  const message = Buffer.alloc(FRAME_HEADER_BYTES + jpeg.length);
  writeFrameHeader({ ...header, ...changes }, message);
  message.set(jpeg, FRAME_HEADER_BYTES);
  return message;
}
