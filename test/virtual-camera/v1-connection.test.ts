/** The camera's side of protocol v1, against a server whose every message the test decides. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { suite, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { handshakeHmac } from '../../server/core/link/camera-handshake.ts';
import { V1Connection, type V1ConnectionOptions } from '../../server/virtual-camera/v1-connection.ts';
import { cameraClockUs } from '../../server/virtual-camera/frame-ticker.ts';
import type { CameraToServer, HelloMessage } from '../../server/wire/camera-protocol.ts';
import type { CameraSettings } from '../../server/wire/camera-settings.ts';
import { readFrameHeader } from '../../server/wire/frame-header.ts';
import { drawnJpeg } from '../support/sample-jpegs.ts';
import { until } from '../support/until.ts';

const KEY = randomBytes(32);
const JPEG = drawnJpeg(320, 240, 4);

class ScriptedServer {
  readonly frames: Buffer[] = [];
  readonly messages: CameraToServer[] = [];
  /** Payload bytes of every WebSocket frame of type binary or continuation, read from the socket itself. */
  readonly fragments: number[] = [];
  readonly settings: (CameraSettings & { ackWindow?: number })[] = [];
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  camera: WebSocket | undefined;

  async connect(options: Partial<V1ConnectionOptions> = {}): Promise<V1Connection> {
    await once(this.#server, 'listening');
    this.#server.on('connection', (socket, request) => {
      this.camera = socket;
      watchFragments(request.socket, this.fragments);
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) this.frames.push(data);
        else this.messages.push(JSON.parse(data.toString('utf8')) as CameraToServer);
      });
    });
    return new V1Connection({
      url: `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/camera`,
      cameraId: 'cam_1',
      key: KEY,
      device: { firmware: 'f', board: 'b', sensor: 's', capabilities: [] },
      applySettings: (settings) => {
        this.settings.push(settings);
        return Promise.resolve(settings.vFlip === true ? 'it cannot' : undefined);
      },
      telemetry: () => ({ rssi: -40, heap: 1, psram: 2, fps: 3, resetReason: 'power-on' }),
      ...options,
    });
  }

  say(message: unknown): void {
    this.camera?.send(JSON.stringify(message));
  }

  /** Sends the challenge and reads the hello. @returns the right proof in answer to it */
  async challenge(): Promise<{ hello: HelloMessage; hmac: string }> {
    await until(() => this.camera !== undefined);
    const serverNonce = randomBytes(32);
    this.say({ type: 'challenge', nonce: serverNonce.toString('base64url') });
    await until(() => this.messages.length > 0);
    const hello = this.messages[0];
    assert.ok(hello?.type === 'hello');
    const facts = { cameraId: 'cam_1', serverNonce, cameraNonce: Buffer.from(hello.nonce, 'base64url') };
    assert.equal(hello.hmac, handshakeHmac(KEY, 'camera', facts));
    return { hello, hmac: handshakeHmac(KEY, 'server', facts) };
  }

  async welcome(connection: V1Connection, ackWindow = 2): Promise<void> {
    const { hmac } = await this.challenge();
    const online = once(connection, 'online');
    this.say({ type: 'welcome', hmac, settings: { ackWindow } });
    await online;
  }

  of<T extends CameraToServer['type']>(type: T): Extract<CameraToServer, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<CameraToServer, { type: T }>[];
  }

  [Symbol.dispose](): void {
    this.camera?.terminate();
    this.#server.close();
  }
}

/** RFC 6455 section 5.2: reads the lengths of a client's frames and skips their payloads. */
function watchFragments(socket: Socket, lengths: number[]): void {
  let bytes = Buffer.alloc(0);
  socket.prependListener('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      if (bytes.length < 14) return;
      const opcode = (bytes[0] ?? 0) & 0x0f;
      const short = (bytes[1] ?? 0) & 0x7f;
      const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
      const payload = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? bytes.readUInt32BE(6) : short;
      const total = 2 + extended + 4 + payload;
      if (bytes.length < total) return;
      if (opcode === 0 || opcode === 2) lengths.push(payload);
      bytes = bytes.subarray(total);
    }
  });
}

function frame(width = 320) {
  return { jpeg: JPEG, width, height: 240, captureUs: cameraClockUs() };
}

suite('connection of protocol v1', () => {
  test('a server that does not know the key gets no frame', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    const closed = once(connection, 'closed');
    const { hello } = await server.challenge();
    connection.offer(frame());
    // The camera's own proof sent back is not valid.
    server.say({ type: 'welcome', hmac: hello.hmac, settings: { ackWindow: 2 } });
    const [reason] = await closed;
    assert.match(String(reason), /does not know the key/);
    assert.equal(server.frames.length, 0);
  });

  test('frames are numbered, stamped and split into pieces of at most 4096 bytes', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection);
    const first = frame();
    connection.offer(first);
    connection.offer(frame());
    await until(() => server.frames.length === 2);
    const headers = server.frames.map((message) => readFrameHeader(message));
    assert.ok(headers.every((header) => typeof header !== 'string'));
    const [header, next] = headers;
    assert.equal(header?.sequence, 0);
    assert.equal(next?.sequence, 1);
    assert.equal(header?.captureUs, first.captureUs);
    assert.deepEqual([header?.width, header?.height, header?.jpegBytes], [320, 240, JPEG.length]);
    assert.deepEqual(server.frames[0]?.subarray(32), JPEG);
    assert.ok(JPEG.length > 4096);
    assert.ok(server.fragments.length >= 2 * Math.ceil(JPEG.length / 4096), String(server.fragments.length));
    assert.ok(Math.max(...server.fragments) <= 4096);
    connection.close();
  });

  test('without acknowledgements only the window is sent, and then the newest frame', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection);
    for (let width = 0; width < 10; width++) connection.offer(frame(width));
    await until(() => server.frames.length === 2);
    server.say({ type: 'ack', sequence: 1 });
    await until(() => server.frames.length === 3);
    const widths = server.frames.map((message) => message.readUInt16LE(24));
    assert.deepEqual(widths, [0, 1, 9]);
    assert.equal(connection.passedOver, 7);
    assert.equal(connection.acknowledged, true);
    connection.close();
  });

  test('a wider window sends waiting frames at once', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection, 1);
    connection.offer(frame());
    connection.offer(frame());
    await until(() => server.frames.length === 1);
    server.say({ type: 'set', id: 7, ackWindow: 2 });
    await until(() => server.frames.length === 2 && server.of('applied').length === 1);
    assert.deepEqual(server.of('applied'), [{ type: 'applied', id: 7 }]);
    connection.close();
  });

  test('the clock is exchanged four times at once, each request completing the previous one', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection);
    for (let id = 0; id < 4; id++) {
      await until(() => server.of('time').length === id + 1);
      const question = server.of('time')[id];
      assert.equal(question?.id, id);
      assert.equal(question?.answered?.id, id === 0 ? undefined : id - 1);
      if (question?.answered) assert.ok(question.answered.t3 <= question.t0);
      server.say({ type: 'time', id, t0: question?.t0, t1: 1, t2: 2 });
    }
    assert.equal(server.of('telemetry').length, 1);
    connection.close();
  });

  test('settings are applied, or refused with a reason', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection);
    server.say({ type: 'set', id: 1, frameSize: 'QVGA', maxFps: 5, flash: 9 });
    await until(() => server.of('applied').length === 1);
    assert.equal(server.settings.at(-1)?.frameSize, 'QVGA');
    const wrong = [
      { vFlip: true },
      { frameSize: 'toString' },
      { frameSize: 5 },
      { maxFps: 0 },
      { maxFps: '25' },
      { maxFps: 12.5 },
      { exposure: 3 },
      { exposure: null },
      { whiteBalance: 'moon' },
      { jpegQuality: 64 },
      { flash: 256 },
      { hMirror: 1 },
      { ackWindow: 0 },
      { ackWindow: 9 },
    ];
    for (const [index, settings] of wrong.entries()) server.say({ type: 'set', id: 10 + index, ...settings });
    await until(() => server.of('rejected').length === wrong.length);
    assert.equal(server.of('applied').length, 1);
    assert.equal(server.of('rejected').find(({ id }) => id === 10)?.reason, 'it cannot');
    connection.close();
  });

  test('it confirms a reboot command and closes', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    await server.welcome(connection);
    const events = [once(connection, 'reboot'), once(connection, 'closed')];
    server.say({ type: 'reboot', id: 3 });
    await Promise.all(events);
    await until(() => server.of('applied').length === 1);
  });

  test('frames that are never acknowledged end the connection', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect({ silenceTimeoutMs: 300 });
    const closed = once(connection, 'closed');
    await server.welcome(connection);
    connection.offer(frame());
    assert.match(String((await closed)[0]), /has not answered/);
  });

  test('a time request without an answer ends the connection, even when no frame waits', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect({ silenceTimeoutMs: 300 });
    const closed = once(connection, 'closed');
    await server.welcome(connection);
    assert.match(String((await closed)[0]), /has not answered/);
    assert.equal(server.frames.length, 0);
  });

  for (const message of [
    { type: 'set', id: 1, flash: 255 },
    { type: 'reboot', id: 1 },
    { type: 'time', id: 0, t1: 1, t2: 2 },
    { type: 'ack', sequence: 0 },
    { type: 'ota', id: 1, version: '9.0.0', url: '/firmware/x', bytes: 1000, sha256: '', token: '' },
  ]) {
    test(`${message.type} from an unauthenticated server is not obeyed`, async () => {
      using server = new ScriptedServer();
      const connection = await server.connect();
      const closed = once(connection, 'closed');
      await server.challenge();
      server.say(message);
      assert.match(String((await closed)[0]), /not protocol v1/);
      assert.deepEqual(server.settings, []);
      assert.deepEqual(
        server.messages.map(({ type }) => type),
        ['hello'],
      );
    });
  }

  test("refused settings in the welcome do not affect the server's window", async () => {
    using server = new ScriptedServer();
    const connection = await server.connect();
    const { hmac } = await server.challenge();
    const online = once(connection, 'online');
    server.say({ type: 'welcome', hmac, settings: { ackWindow: 3, frameSize: 'IMAX' } });
    await online;
    for (let i = 0; i < 5; i++) connection.offer(frame());
    await until(() => server.frames.length === 3);
    assert.deepEqual(server.settings, []);
    connection.close();
  });

  test('it leaves a server that never sends a challenge or a welcome', async () => {
    using server = new ScriptedServer();
    const connection = await server.connect({ silenceTimeoutMs: 100 });
    assert.match(String((await once(connection, 'closed'))[0]), /no welcome/);
  });

  for (const [name, message] of [
    ['an acknowledgement of a frame never sent', '{"type":"ack","sequence":5}'],
    ['a second welcome', `{"type":"welcome","hmac":"${'0'.repeat(64)}","settings":{"ackWindow":2}}`],
    ['an answer without a request', '{"type":"time","id":0}'],
    ['not JSON', '{'],
    ['not an object', 'null'],
    ['an unknown type', '{"type":"toString"}'],
    ['a challenge again', `{"type":"challenge","nonce":"${randomBytes(32).toString('base64url')}"}`],
    ['an acknowledgement without a number', '{"type":"ack","sequence":"0"}'],
    ['a message of 5000 bytes', JSON.stringify({ type: 'ack', sequence: 0, padding: 'x'.repeat(5000) })],
  ] as const) {
    test(`${name} from the server ends the connection, once`, async () => {
      using server = new ScriptedServer();
      const connection = await server.connect();
      await server.welcome(connection);
      let ends = 0;
      connection.on('closed', () => ends++);
      const closed = once(connection, 'closed');
      server.camera?.send(message);
      await closed;
      connection.close();
      assert.equal(ends, 1);
    });
  }
});
