/**
 * One table of facts about protocol v1, held against both virtual cameras as processes: the TypeScript one and the firmware's
 * core on the host. Where they differ, one of them is wrong.
 */

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { drawnJpeg } from '../support/sample-jpegs.ts';
import { until } from '../support/until.ts';
import { buildFirmware, VIGIE_CAMERA } from '../support/build-firmware.ts';
import { CAMERA_ID, KEY, Workshop } from '../support/host-camera.ts';
import { ScriptedServer, type ScriptedConnection } from './scripted-server.ts';

const VIRTUAL_CAMERA = resolve(import.meta.dirname, '../../server/virtual-camera/main.ts');
const FPS = 50;
const JPEG = drawnJpeg(320, 240, 4);
const NOT_THIS_PICTURE = 'footage plays as it was recorded';

/** Settings as JSON, and what is said of them: nothing when they are applied. */
const SETTINGS: readonly (readonly [json: string, refusal?: string])[] = [
  ['"maxFps":60'],
  ['"maxFps":6e1'],
  ['"zoom":3'],
  ['"ackWindow":8'],
  ['"maxFps":0', 'maxFps must be 1 to 60'],
  ['"maxFps":61', 'maxFps must be 1 to 60'],
  ['"maxFps":12.5', 'maxFps must be 1 to 60'],
  ['"maxFps":"25"', 'maxFps must be 1 to 60'],
  ['"jpegQuality":3', 'jpegQuality must be 4 to 63'],
  ['"flash":256', 'flash must be 0 to 255'],
  ['"hMirror":1', 'hMirror must be true or false'],
  ['"vFlip":"true"', 'vFlip must be true or false'],
  ['"brightness":-3', 'brightness must be -2 to 2'],
  ['"contrast":0.5', 'contrast must be -2 to 2'],
  ['"exposure":3', 'exposure must be -2 to 2'],
  ['"exposure":null', 'exposure must be -2 to 2'],
  ['"whiteBalance":"moon"', 'whiteBalance is no known name'],
  ['"frameSize":"toString"', 'frameSize is no known name'],
  ['"frameSize":5', 'frameSize is no known name'],
  ['"ackWindow":0', 'ackWindow must be 1 to 8'],
  ['"ackWindow":9', 'ackWindow must be 1 to 8'],
  ['"ackWindow":9,"flash":-1', 'flash must be 0 to 255'],
  ['"exposure":2', NOT_THIS_PICTURE],
  ['"frameSize":"QVGA","maxFps":5', NOT_THIS_PICTURE],
];

const NONCE = Buffer.alloc(32).toString('base64url');
const VIOLATIONS: readonly (readonly [name: string, message: string | Buffer])[] = [
  ['no JSON', '{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no type', '{}'],
  ['an unknown type', '{"type":"toString"}'],
  ['two messages in one', '{"type":"ack","sequence":0}{"type":"ack","sequence":0}'],
  ['a second challenge', `{"type":"challenge","nonce":"${NONCE}"}`],
  ['a second welcome', `{"type":"welcome","hmac":"${'0'.repeat(64)}","settings":{"ackWindow":2}}`],
  ['an acknowledgement without a number', '{"type":"ack","sequence":"0"}'],
  ['a negative acknowledgement', '{"type":"ack","sequence":-1}'],
  ['an acknowledgement of more than 32 bits', '{"type":"ack","sequence":4294967296}'],
  ['an acknowledgement of what was never sent', '{"type":"ack","sequence":100000}'],
  ['a time without the server’s times', '{"type":"time","id":0,"t0":0}'],
  ['a set without an id', '{"type":"set","maxFps":5}'],
  ['a reboot without an id', '{"type":"reboot"}'],
  ['a message of 5000 bytes', JSON.stringify({ type: 'ack', sequence: 0, padding: 'x'.repeat(5000) })],
  ['binary', Buffer.from('{"type":"ack","sequence":0}')],
];

/** What only a server that has proven itself may say. */
const TOO_EARLY = [
  '{"type":"set","id":1,"maxFps":5}',
  '{"type":"reboot","id":1}',
  '{"type":"ack","sequence":0}',
  '{"type":"time","id":0,"t0":0,"t1":1,"t2":2}',
];

type Fact = (server: ScriptedServer, camera: CameraProcess) => Promise<void>;

const FACTS: Readonly<Record<string, Fact>> = {
  'it connects to the path and subprotocol, proves its key, and says what it is': async (server) => {
    const connection = await server.connection(0);
    assert.deepEqual([connection.path, connection.socket.protocol], ['/camera', 'vigie.camera.v1']);
    const hello = await connection.challenge();
    assert.equal(hello.cameraId, CAMERA_ID);
    assert.match(hello.nonce, /^[\w-]{43}$/);
    assert.equal(hello.hmac, connection.proof('camera', hello, KEY));
    for (const text of [hello.firmware, hello.board, hello.sensor]) assert.match(text, /^.{1,64}$/);
    // No update over ws:, which anybody in between could exchange.
    assert.deepEqual(hello.capabilities, ['set', 'reboot', 'telemetry', 'motion']);
    connection.socket.terminate();
    const again = await (await server.connection(1)).challenge();
    assert.notEqual(again.nonce, hello.nonce);
  },

  'a server that cannot prove the key gets nothing but the hello': async (server) => {
    for (const [index, proof] of [
      (own: string) => own,
      () => '0'.repeat(64),
      () => 'x'.repeat(64),
    ].entries()) {
      const connection = await server.connection(index);
      const { hmac } = await connection.challenge();
      // The camera's own proof sent back is worth no more.
      connection.say({ type: 'welcome', hmac: proof(hmac), settings: { ackWindow: 8 } });
      await connection.closed();
      assert.deepEqual([connection.messages.length, connection.frames.length], [1, 0]);
    }
  },

  'nobody commands it before that': async (server) => {
    for (const [index, message] of TOO_EARLY.entries()) {
      const connection = await server.connection(index);
      await connection.challenge();
      connection.say(message);
      await connection.closed();
      assert.deepEqual([connection.messages.length, connection.frames.length], [1, 0], message);
    }
  },

  'frames are numbered from 0, stamped, measured, and cut at 4096 bytes': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    await connection.frame(4);
    for (const [index, frame] of connection.frames.entries()) {
      assert.deepEqual([...frame.subarray(0, 4)], [0x56, 1, 1, 0]);
      assert.equal(frame.readUInt32LE(4), index);
      assert.ok(frame.readBigUInt64LE(8) <= frame.readBigUInt64LE(16), 'captured before it was sent');
      assert.deepEqual([frame.readUInt16LE(24), frame.readUInt16LE(26)], [320, 240]);
      assert.equal(frame.readUInt32LE(28), frame.length - 32);
      assert.deepEqual(frame.subarray(32), JPEG);
    }
    assert.ok(JPEG.length > 4096);
    assert.equal(Math.max(...connection.fragments), 4096);
  },

  'without acknowledgements the window is all that leaves, and then the newest': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY, { ackWindow: 3 });
    connection.tellTheTime();
    await connection.frame(2);
    // Nothing outside the camera tells that pictures were taken and passed over but the time for ten of them.
    const startMs = performance.now();
    await until('ten pictures were taken', () => performance.now() - startMs > (10 * 1000) / FPS);
    assert.equal(connection.frames.length, 3);
    connection.say({ type: 'ack', sequence: 0 });
    const [last, next] = [await connection.frame(2), await connection.frame(3)];
    assert.ok(capturedUs(next) - capturedUs(last) > (5 * 1_000_000) / FPS, 'not the one that waited longest');
    // Acknowledgements are cumulative.
    connection.say({ type: 'ack', sequence: 3 });
    await connection.frame(6);
    connection.say({ type: 'set', id: 9, ackWindow: 5 });
    await connection.frame(8);
    assert.equal((await connection.nth('applied')).id, 9);
    assert.equal((await connection.nth('telemetry', 1)).drops > 4, true);
  },

  'settings it cannot take in the welcome leave the window to the server': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY, { ackWindow: 4, frameSize: 'IMAX', somethingNewer: {} });
    await connection.frame(3);
  },

  'the clock is exchanged four times at once, each question completing the one before': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    for (let id = 0; id < 4; id++) {
      const question = await connection.nth('time', id);
      assert.deepEqual([question.id, question.answered?.id], [id, id === 0 ? undefined : id - 1]);
      if (question.answered) assert.ok(question.answered.t3 <= question.t0);
      const answer = { type: 'time', id, t0: question.t0, t1: 1, t2: 2 };
      connection.say(answer);
      // Twice, or late, it is no news.
      connection.say(answer);
    }
    connection.say({ type: 'set', id: 1, maxFps: 60 });
    await connection.nth('applied');
    assert.equal(connection.of('time').length, 4);
  },

  'settings are applied or rejected as a whole, in the same words': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    for (const [id, [json]] of SETTINGS.entries()) connection.say(`{"type":"set","id":${id},${json}}`);
    await until(
      'all are answered',
      () => connection.of('applied').length + connection.of('rejected').length === SETTINGS.length,
    );
    const refusals = new Map(connection.of('rejected').map(({ id, reason }) => [id, reason]));
    for (const [id, [json, refusal]] of SETTINGS.entries()) assert.equal(refusals.get(id), refusal, json);
  },

  'whatever is not this protocol ends the connection, and it comes back': async (server) => {
    for (const [index, [name, message]] of VIOLATIONS.entries()) {
      const connection = await server.connection(index);
      await connection.welcome(KEY);
      connection.acknowledge();
      await connection.frame(2);
      connection.socket.send(message);
      await connection.closed().catch(() => assert.fail(`${name} was let pass`));
    }
    await server.connection(VIOLATIONS.length);
  },

  'it waits longer after each failure': async (server) => {
    for (let index = 0; index < 4; index++) (await server.connection(index)).socket.terminate();
    assertGrowing(server.connections);
  },

  'a close that calls for patience is not forgotten over frames that arrived': async (server) => {
    for (let index = 0; index < 4; index++) {
      const connection = await server.connection(index);
      await connection.welcome(KEY);
      connection.acknowledge();
      await connection.frame(3);
      connection.socket.close([4001, 4005, 4007, 4008][index]);
      await connection.closed();
    }
    assertGrowing(server.connections);
  },

  'a frame nobody acknowledges for 5 s ends the connection': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.tellTheTime();
    await connection.closed();
    assert.ok(performance.now() - connection.atMs > 4_900);
    await server.connection(1);
  },

  'a time question nobody answers for 5 s does, too': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    await connection.closed();
    assert.ok(performance.now() - connection.atMs > 4_900);
    assert.ok(connection.frames.length > 100, String(connection.frames.length));
  },

  'it says how it is, at once and again': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    connection.tellTheTime();
    const [first, second] = [await connection.nth('telemetry'), await connection.nth('telemetry', 1)];
    const names = ['type', 'rssi', 'heap', 'psram', 'fps', 'drops', 'sendStalls', 'resetReason'];
    assert.deepEqual(Object.keys(first), names);
    assert.deepEqual([first.resetReason, first.drops, first.sendStalls], ['power-on', 0, 0]);
    assert.ok(first.rssi < 0 && second.fps > 5, JSON.stringify(second));
  },

  'what its movement sensor sees is told as it changes, and to the next connection': async (
    server,
    camera,
  ) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    await connection.frame(1);
    camera.passesTheSensor();
    assert.deepEqual(await connection.nth('motion'), { type: 'motion', active: true });
    connection.socket.terminate();
    const next = await server.connection(1);
    await next.welcome(KEY);
    assert.equal((await next.nth('motion')).active, true);
    camera.passesTheSensor();
    assert.equal((await next.nth('motion', 1)).active, false);
  },

  'told to reboot it agrees, says goodbye, and says so when it is back': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.say({ type: 'reboot', id: 7 });
    assert.equal((await connection.nth('applied')).id, 7);
    assert.equal(await connection.closed(), 1000);
    const next = await server.connection(1);
    await next.welcome(KEY);
    assert.equal((await next.nth('telemetry')).resetReason, 'software');
  },

  'stopped, it says goodbye': async (server, camera) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    assert.equal(await camera.stop(), 0);
    assert.equal(await connection.closed(), 1000);
  },
};

function capturedUs(frame: Buffer): number {
  return Number(frame.readBigUInt64LE(8));
}

/** Half of 0.5, 1 and 2 s at least; a timer is never early, but for its rounding. */
function assertGrowing(connections: readonly ScriptedConnection[]): void {
  const gapsMs = connections.slice(1).map(({ atMs }, index) => atMs - (connections[index]?.atMs ?? 0));
  for (const [index, leastMs] of [250, 500, 1000].entries())
    assert.ok((gapsMs[index] ?? 0) > leastMs - 20, gapsMs.map(Math.round).join(', '));
}

class CameraProcess {
  output = '';
  readonly #process: ChildProcess;

  constructor(command: readonly string[], url: string, footage: string) {
    const [program = '', ...words] = command;
    const options = ['--url', url, '--id', CAMERA_ID, '--footage', footage, '--fps', String(FPS)];
    this.#process = spawn(program, [...words, ...options], {
      env: { ...process.env, VIGIE_CAMERA_KEY: KEY.toString('base64url') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Who stands before it now is gone the next time. */
  passesTheSensor(): void {
    this.#process.kill('SIGUSR2');
  }

  /** @returns its exit code */
  async stop(): Promise<number | NodeJS.Signals | null> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    return this.#process.exitCode ?? this.#process.signalCode;
  }
}

const workshop = new Workshop();
writeFileSync(join(workshop.folder, 'picture.jpg'), JPEG);
before(() => buildFirmware());
after(() => workshop[Symbol.dispose]());

for (const [name, command] of [
  ['the virtual camera', [process.execPath, VIRTUAL_CAMERA]],
  ['the firmware’s core', [VIGIE_CAMERA]],
] as const) {
  suite(`protocol v1, as ${name} speaks it`, { concurrency: 4 }, () => {
    for (const [fact, holds] of Object.entries(FACTS)) {
      test(fact, async () => {
        const server = await ScriptedServer.start();
        const camera = new CameraProcess(command, server.url, workshop.folder);
        try {
          await holds(server, camera);
        } catch (error) {
          throw new Error(`${error instanceof Error ? error.message : String(error)}\n${camera.output}`, {
            cause: error,
          });
        } finally {
          const code = await camera.stop();
          server.close();
          assert.equal(code, 0, camera.output);
        }
      });
    }
  });
}
