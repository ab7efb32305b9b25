import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { LumaFrame } from '../../server/core/video/luma-frame.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder, TRANSCODER_DEFAULTS } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { until } from '../support/until.ts';
import { play, SeenFrames, type TestCamera } from '../support/watched-camera.ts';

const TIMEOUT = { timeout: 30_000 };
const VGA: TestCamera = {
  cameraId: 'vga',
  width: 640,
  height: 480,
  jpegs: jpegPictures({ width: 640, height: 480, count: 10 }),
};

function setUp(t: TestContext) {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const pool = { ...TRANSCODER_DEFAULTS.pool, size: 1 };
  const transcoder = new Transcoder(hub, log, { pool, lumaIntervalMs: 50 });
  t.after(() => transcoder.close());
  const seen: LumaFrame[] = [];
  const subscription = transcoder.subscribeLuma(VGA.cameraId, (frame) => seen.push(frame));
  return { hub, transcoder, seen, subscription };
}

test('a camera without viewers is not encoded, and its luma still comes', TIMEOUT, async (t) => {
  const { hub, transcoder, seen } = setUp(t);
  play(t, hub, VGA);
  await until(() => seen.length >= 4);
  assert.deepEqual(
    seen.map(({ width, height, luma }) => [width, height, luma.length]),
    seen.map(() => [80, 60, 4800]),
  );
  assert.ok(seen.every(({ captureUs }, index) => captureUs > (seen[index - 1]?.captureUs ?? 0)));
  assert.equal(transcoder.stats(VGA.cameraId)?.encoded, 0);
});

test('the luma of a watched camera comes with its pictures, at a lower rate', TIMEOUT, async (t) => {
  const { hub, transcoder, seen } = setUp(t);
  const watched = new SeenFrames(transcoder, VGA.cameraId);
  play(t, hub, VGA);
  await until(() => seen.length >= 4);
  const captures = new Set(watched.frames.map(({ captureUs }) => captureUs));
  assert.ok(seen.slice(1).every(({ captureUs }) => captures.has(captureUs)));
  assert.ok(seen.length < watched.frames.length + 2);
});

test('it continues when the last viewer leaves, and when one comes', TIMEOUT, async (t) => {
  const { hub, transcoder, seen } = setUp(t);
  play(t, hub, VGA);
  for (let round = 0; round < 3; round++) {
    const before = seen.length;
    const watched = new SeenFrames(transcoder, VGA.cameraId);
    await until(() => watched.frames.length > 3 && seen.length > before + 1);
    watched.subscription.close();
    const between = seen.length;
    await until(() => seen.length > between + 1);
  }
});

test('a codec process that dies loses a picture or two', TIMEOUT, async (t) => {
  const { hub, transcoder, seen } = setUp(t);
  play(t, hub, VGA);
  await until(() => seen.length >= 2);
  const [pid] = transcoder.codecPids;
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  const before = seen.length;
  await until(() => transcoder.codecPids.some((each) => each !== pid) && seen.length > before + 3);
});

test('after closing nothing more is emitted or decoded', TIMEOUT, async (t) => {
  const { hub, seen, subscription } = setUp(t);
  play(t, hub, VGA);
  await until(() => seen.length >= 2);
  subscription.close();
  const count = seen.length;
  let later = 0;
  const other = hub.subscribe(VGA.cameraId, () => later++);
  await until(() => later > 10);
  other.close();
  assert.equal(seen.length, count);
});
