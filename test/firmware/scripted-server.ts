/**
 * A server whose every message the test decides, for cameras that are processes: only their messages show their state.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { CameraToServer, HelloMessage } from '../../server/wire/camera-protocol.ts';
import { until } from '../support/until.ts';

export class ScriptedServer {
  readonly connections: ScriptedConnection[] = [];
  readonly #server: WebSocketServer;

  static async start(): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port: 0, host: 'localhost', perMessageDeflate: false });
    await once(server, 'listening');
    return new ScriptedServer(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      const { url = '', socket: raw } = request;
      this.connections.push(new ScriptedConnection(socket, raw, url));
    });
  }

  get url(): string {
    return `ws://localhost:${(this.#server.address() as AddressInfo).port}/camera`;
  }

  /** @param index number of connections before it */
  async connection(index: number): Promise<ScriptedConnection> {
    return until(`connection ${index} is made`, () => this.connections[index], 60_000);
  }

  close(): void {
    for (const { socket } of this.connections) socket.terminate();
    this.#server.close();
  }
}

export class ScriptedConnection {
  readonly socket: WebSocket;
  readonly path: string;
  readonly atMs = performance.now();
  readonly messages: CameraToServer[] = [];
  readonly frames: Buffer[] = [];
  /** Payload bytes of each WebSocket frame that is a message or a part of one. */
  readonly fragments: number[] = [];
  closeCode: number | undefined;
  #serverNonce = randomBytes(32);

  constructor(socket: WebSocket, raw: Socket, path: string) {
    this.socket = socket;
    this.path = path;
    watchFragments(raw, this.fragments);
    socket.on('error', () => undefined);
    socket.on('close', (code) => (this.closeCode = code));
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(data);
      else this.messages.push(JSON.parse(data.toString('utf8')) as CameraToServer);
    });
  }

  /** @param message text is sent as is */
  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  of<T extends CameraToServer['type']>(type: T): Extract<CameraToServer, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<CameraToServer, { type: T }>[];
  }

  /** @returns the message of that type after `index` others of the type */
  async nth<T extends CameraToServer['type']>(
    type: T,
    index = 0,
  ): Promise<Extract<CameraToServer, { type: T }>> {
    return until(`${type} ${index} has come`, () => this.of(type)[index], 20_000);
  }

  async frame(index: number): Promise<Buffer> {
    return until(`frame ${index} has come`, () => this.frames[index]);
  }

  async closed(): Promise<number> {
    await until('the connection has ended', () => this.closeCode !== undefined, 30_000);
    return this.closeCode ?? 0;
  }

  async challenge(): Promise<HelloMessage> {
    this.say({ type: 'challenge', nonce: this.#serverNonce.toString('base64url') });
    return this.nth('hello');
  }

  /** Computed from the specification of the transcript, not by the code under test. */
  proof(role: 'camera' | 'server', { cameraId, nonce }: HelloMessage, key: Uint8Array): string {
    const id = Buffer.from(cameraId);
    return createHmac('sha256', key)
      .update(`vigie.camera.v1 ${role}\0`)
      .update(Buffer.from([id.length]))
      .update(id)
      .update(this.#serverNonce)
      .update(Buffer.from(nonce, 'base64url'))
      .digest('hex');
  }

  async welcome(key: Uint8Array, settings: object = { ackWindow: 2 }): Promise<void> {
    const hello = await this.challenge();
    this.say({ type: 'welcome', hmac: this.proof('server', hello, key), settings });
    await this.nth('telemetry');
  }

  /** Acknowledges each frame from now on. */
  acknowledge(): void {
    this.#acknowledgeNewest();
    this.socket.on('message', (_data, isBinary) => {
      if (isBinary) this.#acknowledgeNewest();
    });
  }

  /** Answers each time request from now on. */
  answerTimeRequests(): void {
    const answered = new Set<number>();
    const answer = (): void => {
      for (const { id, t0 } of this.of('time')) {
        if (answered.has(id)) continue;
        answered.add(id);
        const nowUs = Date.now() * 1000;
        this.say({ type: 'time', id, t0, t1: nowUs, t2: nowUs });
      }
    };
    this.socket.on('message', answer);
    answer();
  }

  #acknowledgeNewest(): void {
    const newest = this.frames.at(-1);
    if (newest) this.say({ type: 'ack', sequence: newest.readUInt32LE(4) });
  }
}

/** RFC 6455 section 5.2: reads the lengths of a client's frames and skips their payloads. */
function watchFragments(socket: Socket, lengths: number[]): void {
  let bytes = Buffer.alloc(0);
  socket.prependListener('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 2) {
      const opcode = (bytes[0] ?? 0) & 0x0f;
      const short = (bytes[1] ?? 0) & 0x7f;
      const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (bytes.length < 2 + extended) return;
      const payload = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? bytes.readUInt32BE(6) : short;
      const total = 2 + extended + 4 + payload;
      if (bytes.length < total) return;
      if (opcode <= 2) lengths.push(payload);
      bytes = bytes.subarray(total);
    }
  });
}
