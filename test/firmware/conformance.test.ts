/**
 * One table of facts about protocol v1, tested against both virtual cameras as processes: the TypeScript one and the
 * firmware's core on the host. If they differ, one of them is wrong.
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

/** Settings as JSON, with the refusal, or nothing when they are applied. */
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
  ['"whiteBalance":"moon"', 'whiteBalance is not a known name'],
  ['"frameSize":"toString"', 'frameSize is not a known name'],
  ['"frameSize":5', 'frameSize is not a known name'],
  ['"ackWindow":0', 'ackWindow must be 1 to 8'],
  ['"ackWindow":9', 'ackWindow must be 1 to 8'],
  ['"ackWindow":9,"flash":-1', 'flash must be 0 to 255'],
  ['"exposure":2', NOT_THIS_PICTURE],
  ['"frameSize":"QVGA","maxFps":5', NOT_THIS_PICTURE],
];

const NONCE = Buffer.alloc(32).toString('base64url');
const VIOLATIONS: readonly (readonly [name: string, message: string | Buffer])[] = [
  ['not JSON', '{'],
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
  ['an acknowledgement of a frame never sent', '{"type":"ack","sequence":100000}'],
  ['a time without the server’s times', '{"type":"time","id":0,"t0":0}'],
  ['a set without an id', '{"type":"set","maxFps":5}'],
  ['a reboot without an id', '{"type":"reboot"}'],
  ['a message of 5000 bytes', JSON.stringify({ type: 'ack', sequence: 0, padding: 'x'.repeat(5000) })],
  ['binary', Buffer.from('{"type":"ack","sequence":0}')],
];

/** Messages that only an authenticated server may send. */
const TOO_EARLY = [
  '{"type":"set","id":1,"maxFps":5}',
  '{"type":"reboot","id":1}',
  '{"type":"ack","sequence":0}',
  '{"type":"time","id":0,"t0":0,"t1":1,"t2":2}',
];

type Fact = (server: ScriptedServer, camera: CameraProcess) => Promise<void>;

const FACTS: Readonly<Record<string, Fact>> = {
  'it connects to the path and subprotocol, proves its key, and describes itself': async (server) => {
    const connection = await server.connection(0);
    assert.deepEqual([connection.path, connection.socket.protocol], ['/camera', 'vigie.camera.v1']);
    const hello = await connection.challenge();
    assert.equal(hello.cameraId, CAMERA_ID);
    assert.match(hello.nonce, /^[\w-]{43}$/);
    assert.equal(hello.hmac, connection.proof('camera', hello, KEY));
    for (const text of [hello.firmware, hello.board, hello.sensor]) assert.match(text, /^.{1,64}$/);
    // No update over ws:, where an attacker on the path could exchange it.
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
      // The camera's own proof sent back is not valid.
      connection.say({ type: 'welcome', hmac: proof(hmac), settings: { ackWindow: 8 } });
      await connection.closed();
      assert.deepEqual([connection.messages.length, connection.frames.length], [1, 0]);
    }
  },

  'it ignores commands before that': async (server) => {
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

  'without acknowledgements it sends only the window, and then the newest frame': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY, { ackWindow: 3 });
    connection.answerTimeRequests();
    await connection.frame(2);
    // From outside, only the elapsed time for ten pictures shows that pictures were skipped.
    const startMs = performance.now();
    await until('ten pictures were taken', () => performance.now() - startMs > (10 * 1000) / FPS);
    assert.equal(connection.frames.length, 3);
    connection.say({ type: 'ack', sequence: 0 });
    const [last, next] = [await connection.frame(2), await connection.frame(3)];
    assert.ok(capturedUs(next) - capturedUs(last) > (5 * 1_000_000) / FPS, 'not the oldest waiting one');
    // Acknowledgements are cumulative.
    connection.say({ type: 'ack', sequence: 3 });
    await connection.frame(6);
    connection.say({ type: 'set', id: 9, ackWindow: 5 });
    await connection.frame(8);
    assert.equal((await connection.nth('applied')).id, 9);
    assert.equal((await connection.nth('telemetry', 1)).drops > 4, true);
  },

  'refused settings in the welcome do not affect the server’s window': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY, { ackWindow: 4, frameSize: 'IMAX', somethingNewer: {} });
    await connection.frame(3);
  },

  'the clock is exchanged four times at once, each request completing the previous one': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    for (let id = 0; id < 4; id++) {
      const question = await connection.nth('time', id);
      assert.deepEqual([question.id, question.answered?.id], [id, id === 0 ? undefined : id - 1]);
      if (question.answered) assert.ok(question.answered.t3 <= question.t0);
      const answer = { type: 'time', id, t0: question.t0, t1: 1, t2: 2 };
      connection.say(answer);
      // Duplicate or late answers change nothing.
      connection.say(answer);
    }
    connection.say({ type: 'set', id: 1, maxFps: 60 });
    await connection.nth('applied');
    assert.equal(connection.of('time').length, 4);
  },

  'settings are applied or rejected as a whole, with the same texts': async (server) => {
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

  'any other message ends the connection, and it reconnects': async (server) => {
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

  'acknowledged frames do not shorten the delay after a close code that asks for one': async (server) => {
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

  'a frame without an acknowledgement for 5 s ends the connection': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.answerTimeRequests();
    await connection.closed();
    assert.ok(performance.now() - connection.atMs > 4_900);
    await server.connection(1);
  },

  'a time request without an answer for 5 s ends the connection': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    await connection.closed();
    assert.ok(performance.now() - connection.atMs > 4_900);
    assert.ok(connection.frames.length > 100, String(connection.frames.length));
  },

  'it sends telemetry at once and repeatedly': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.acknowledge();
    connection.answerTimeRequests();
    const [first, second] = [await connection.nth('telemetry'), await connection.nth('telemetry', 1)];
    const names = ['type', 'rssi', 'heap', 'psram', 'fps', 'drops', 'sendStalls', 'resetReason'];
    assert.deepEqual(Object.keys(first), names);
    assert.deepEqual([first.resetReason, first.drops, first.sendStalls], ['power-on', 0, 0]);
    assert.ok(first.rssi < 0 && second.fps > 5, JSON.stringify(second));
  },

  'changes of its motion sensor are sent, and its state on the next connection': async (server, camera) => {
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

  'on a reboot command it agrees, closes, and reports the reason after reconnecting': async (server) => {
    const connection = await server.connection(0);
    await connection.welcome(KEY);
    connection.say({ type: 'reboot', id: 7 });
    assert.equal((await connection.nth('applied')).id, 7);
    assert.equal(await connection.closed(), 1000);
    const next = await server.connection(1);
    await next.welcome(KEY);
    assert.equal((await next.nth('telemetry')).resetReason, 'software');
  },

  'when stopped it closes the connection': async (server, camera) => {
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

  /** The connection it has now is gone the next time. */
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
  suite(`protocol v1, implemented by ${name}`, { concurrency: 4 }, () => {
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
