/** The command in a separate process, against the real ingest. */

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { LegacyListeners } from '../../server/ingest/legacy-listeners.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { readTimeCode, timeCodeDifferenceUs, timeCodeOf } from '../../server/wire/time-code.ts';
import { IngestRig } from '../support/ingest-rig.ts';
import { footagePath, NO_FOOTAGE } from '../support/sample-jpegs.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../server/virtual-camera/main.ts', import.meta.url));

class CameraProcess {
  readonly child: ChildProcess;
  output = '';

  constructor(args: string[], environment: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static online(rig: IngestRig, cameraId: string, ...args: string[]): CameraProcess {
    const key = rig.keys.get(cameraId)?.toString('base64url') ?? assert.fail();
    return new CameraProcess(['--url', rig.url, '--id', cameraId, ...args], { VIGIE_CAMERA_KEY: key });
  }

  async exit(): Promise<unknown> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** µs from the time drawn into the picture to the one in its header. */
function clockError(frame: CameraFrame): number {
  const decoder = new JpegDecoder();
  const picture = decoder.decode(Buffer.from(frame.jpeg));
  const [luma] = picture.data ?? [];
  const stride = picture.linesize[0] ?? 0;
  const lumaAt = (x: number, y: number): number => (((luma?.[y * stride + x] ?? 0) - 16) * 255) / 219;
  const code = readTimeCode(lumaAt, frame.width, frame.height) ?? assert.fail('no time code');
  decoder.close();
  return timeCodeDifferenceUs(code, timeCodeOf(frame.captureUs));
}

suite('virtual camera', () => {
  test('it sends a picture with a time code, and the server knows that time', async () => {
    await using rig = await IngestRig.start();
    await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'QVGA', '--name', 'porch');
    await until(() => rig.frames.length >= 20);
    const frame = rig.frames.at(-1) ?? assert.fail();
    assert.deepEqual([frame.width, frame.height], [320, 240]);
    // Both clocks are this machine's; the rest is half of an uneven round trip over loopback.
    assert.ok(Math.abs(clockError(frame)) < 50_000, String(clockError(frame)));
    assert.ok(frame.captureUs <= frame.receivedUs);
    assert.equal(rig.ingest.status('cam_1').device?.board, 'virtual');
    const { resetReason, sendStalls } = rig.ingest.status('cam_1').telemetry ?? {};
    assert.deepEqual([resetReason, sendStalls], ['power-on', 0]);
    assert.match(camera.output, /^porch: online\n$/);
  });

  test('it obeys commands: size, rate, refusal, reboot', async () => {
    await using rig = await IngestRig.start();
    await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'QQVGA');
    await until(() => rig.frames.length >= 1);
    await rig.ingest.set('cam_1', { frameSize: 'QVGA', jpegQuality: 30, maxFps: 10 });
    await until(() => rig.frames.at(-1)?.width === 320);
    await assert.rejects(rig.ingest.set('cam_1', { maxFps: 12.5 }), { code: 'cameraRejected' });
    await rig.ingest.set('cam_1', { hMirror: true, exposure: -1, whiteBalance: 'home' });
    const before = rig.frames.length;
    await until(() => rig.frames.length >= before + 4);
    const [first, second] = rig.frames.slice(-2);
    const intervalUs = (second?.captureUs ?? 0) - (first?.captureUs ?? 0);
    assert.ok(intervalUs > 95_000, String(intervalUs));

    const offline = once(rig.ingest, 'offline');
    await rig.ingest.reboot('cam_1');
    await offline;
    await until(() => rig.ingest.status('cam_1').telemetry?.resetReason === 'software');
    assert.equal(camera.child.exitCode, null);
  });

  test('it reconnects when its connection is lost', async () => {
    await using rig = await IngestRig.start();
    await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'QQVGA');
    await until(() => rig.frames.length >= 2);
    const [offline, online] = [once(rig.ingest, 'offline'), once(rig.ingest, 'online')];
    rig.ingest.disconnect('cam_1', 'keyRotated');
    await offline;
    await online;
    assert.equal(rig.ingest.counters.welcomed, 2);
    assert.match(camera.output, /online\ncam_1: offline: the camera has a new key; trying again/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} ends it with exit code 0 and a close frame`, async () => {
      await using rig = await IngestRig.start();
      await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'QQVGA');
      await until(() => rig.frames.length >= 1);
      camera.child.kill(signal);
      assert.equal(await camera.exit(), 0);
      await until(() => rig.ingest.counters.closed.left === 1);
    });
  }

  test('it ends with its parent', async () => {
    await using rig = await IngestRig.start();
    await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'QQVGA');
    await until(() => rig.frames.length >= 1);
    camera.child.disconnect();
    assert.equal(await camera.exit(), 0);
  });

  test('stopped before it has begun, it does not begin', async () => {
    await using rig = await IngestRig.start();
    await using camera = CameraProcess.online(rig, 'cam_1', '--size', 'UXGA');
    camera.child.disconnect();
    assert.equal(await camera.exit(), 0);
    assert.equal(rig.ingest.counters.connections, 0);
  });

  test('without a server it waits, and still ends on a signal', async () => {
    await using camera = new CameraProcess(
      ['--url', 'ws://127.0.0.1:9/camera', '--id', 'cam_1', '--size', 'QQVGA'],
      { VIGIE_CAMERA_KEY: Buffer.alloc(32).toString('base64url') },
    );
    await until(() => /trying again/.test(camera.output));
    camera.child.kill('SIGTERM');
    assert.equal(await camera.exit(), 0);
  });

  test('a wrong key is reported in one line, and tried again later', async () => {
    await using rig = await IngestRig.start();
    await using camera = new CameraProcess(['--url', rig.url, '--id', 'cam_1', '--size', 'QQVGA'], {
      VIGIE_CAMERA_KEY: Buffer.alloc(32).toString('base64url'),
    });
    await until(() => rig.ingest.counters.closed.unauthorized >= 1 && camera.output.includes('\n'));
    assert.match(camera.output, /^cam_1: offline: unknown camera or wrong key; trying again in [\d.]+ s\n/);
  });

  test('a command line error prints one line and exits with code 1', async () => {
    await using camera = new CameraProcess(['--url', 'ws://localhost/camera']);
    assert.equal(await camera.exit(), 1);
    assert.match(camera.output, /^virtual camera: --id is missing[^\n]*\n$/);
  });

  test('footage is played, also over the legacy protocol', async (context) => {
    const footage = footagePath('ov2640');
    if (footage === undefined) return context.diagnostic(NO_FOOTAGE);
    const frames: CameraFrame[] = [];
    const listeners = new LegacyListeners({
      onFrame: (frame) => frames.push(frame),
      startPort: 0,
      cameraIds: ['seed-8880'],
      username: 'vigie',
      password: 's3cret',
      log: pino({ level: 'silent' }),
    });
    await listeners.listen();
    await using camera = new CameraProcess(
      ['--url', `ws://127.0.0.1:${listeners.ports[0]}`, '--legacy', '--footage', footage],
      { VIGIE_LEGACY_USERNAME: 'vigie', VIGIE_LEGACY_PASSWORD: 's3cret' },
    );
    await until(() => frames.length >= 15);
    listeners.close();
    assert.equal(camera.child.exitCode, null);
    assert.ok(frames.every(({ width, height }) => width === 640 && height === 480));
    assert.ok(new Set(frames.map(({ jpeg }) => Buffer.from(jpeg).toString('base64'))).size > 5);
  });
});
