import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { CODEC_POOL_DEFAULTS, type CodecPoolOptions } from '../../server/video/codec-pool-options.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { assertNothingIsMissing, LockstepStream } from './lockstep-stream.ts';
import { publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';
import { until } from '../support/until.ts';

const TIMEOUT = { timeout: 60_000 };
const QVGA = { width: 320, height: 240, jpegs: jpegPictures({ width: 320, height: 240, count: 20 }) };

/** Any size is too large, so one replacement follows another. */
const ALWAYS_LARGE = { ...CODEC_POOL_DEFAULTS.memory, largeMib: 1, settledFactor: 0, settleMs: 0 };
/** Any process that has had an encoder counts as grown. */
const ALWAYS_GROWN = { ...CODEC_POOL_DEFAULTS.memory, idleGrowthMib: -10_000, idleAfterMs: 0 };

function setUp(t: TestContext, pool: Partial<CodecPoolOptions>) {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const fast = { size: 1, measureMs: 20, moveIntervalMs: 20, replacementGapMs: 50 };
  const options = { graceMs: 0, pool: { ...CODEC_POOL_DEFAULTS, ...fast, ...pool } };
  const transcoder = new Transcoder(hub, log, options);
  t.after(() => transcoder.close());
  return { hub, transcoder };
}

const cameraOf = (cameraId: string): TestCamera => ({ ...QVGA, cameraId });

test('a process that is too large is replaced, and no camera misses a frame', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { memory: ALWAYS_LARGE });
  const [first] = transcoder.codecPids;
  assert.ok(first);
  const ids = ['a', 'b', 'c'];
  const streams = ids.map((cameraId) => new LockstepStream(hub, transcoder, cameraOf(cameraId)));
  await until(() => transcoder.codecFigures.replaced.large >= 3);
  await Promise.all(streams.map((stream) => stream.stop()));
  streams.forEach(assertNothingIsMissing);
  for (const [index, cameraId] of ids.entries()) {
    const stats = transcoder.stats(cameraId);
    assert.deepEqual([stats?.restarts, stats?.passedOver], [0, 0]);
    const keyframes = streams[index]?.seen.frames.filter(({ keyframe }) => keyframe).length ?? 0;
    assert.ok(keyframes >= 4, `${keyframes} keyframes: one in each process`);
  }
  assert.equal(transcoder.codecFigures.deaths, 0);
  assert.ok(!transcoder.codecPids.includes(first));
});

test(
  'a camera that is silent meanwhile continues in the new process, with a keyframe',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder } = setUp(t, { memory: ALWAYS_LARGE, replacementGapMs: 600_000 });
    const seen = new SeenFrames(transcoder, 'a');
    publish(hub, cameraOf('a'), 0);
    await seen.count(1);
    await until(() => transcoder.codecFigures.replaced.large === 1);
    const captureUs = publish(hub, cameraOf('a'), 1);
    await seen.count(2);
    assert.deepEqual([seen.frames[1]?.captureUs, seen.frames[1]?.keyframe], [captureUs, true]);
    assert.equal(transcoder.codecPids.length, 1);
  },
);

test('luma and thumbnails continue as well', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { memory: ALWAYS_LARGE });
  const camera = cameraOf('a');
  let lumas = 0;
  transcoder.subscribeLuma('a', () => lumas++);
  const timer = setInterval(() => publish(hub, camera, 0), 20);
  t.after(() => clearInterval(timer));
  await until(() => lumas > 0);
  const before = transcoder.codecFigures.replaced.large;
  let scaled = 0;
  while (transcoder.codecFigures.replaced.large < before + 2) {
    const frame = hub.latest('a');
    assert.ok(frame);
    assert.ok((await transcoder.scaleFrame(frame, 160)).length > 0);
    scaled++;
  }
  const since = lumas;
  await until(() => lumas > since);
  assert.ok(scaled > 0);
  assert.equal(transcoder.codecFigures.deaths, 0);
});

test('a new process that fails to start changes nothing', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { memory: ALWAYS_LARGE, replacementGapMs: 200 });
  const stream = new LockstepStream(hub, transcoder, cameraOf('a'));
  const [old] = transcoder.codecPids;
  assert.ok(old);
  for (let failure = 1; failure <= 2; failure++) {
    await until(() => transcoder.codecPids.length === 2);
    const fresh: number | undefined = transcoder.codecPids.find((pid) => pid !== old);
    assert.ok(fresh);
    process.kill(fresh, 'SIGKILL');
    await until(() => transcoder.codecFigures.deaths === failure);
    assert.deepEqual(transcoder.codecPids, [old]);
  }
  await stream.stop();
  assertNothingIsMissing(stream);
  assert.equal(transcoder.codecFigures.replaced.large, 0);
  assert.equal(transcoder.stats('a')?.restarts, 0);
});

test('a process that dies while the new one starts is not restarted beside it', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { memory: ALWAYS_LARGE, replacementGapMs: 600_000 });
  const seen = new SeenFrames(transcoder, 'a');
  publish(hub, cameraOf('a'), 0);
  await seen.count(1);
  const [old] = transcoder.codecPids;
  assert.ok(old);
  await until(() => transcoder.codecPids.length === 2 || transcoder.codecFigures.replaced.large === 1);
  if (transcoder.codecPids.includes(old)) process.kill(old, 'SIGKILL');
  await until(() => !transcoder.codecPids.includes(old));
  publish(hub, cameraOf('a'), 1);
  await seen.count(2);
  assert.equal(transcoder.codecPids.length, 1);
});

test('a process whose viewers left is replaced once, which releases its memory', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { memory: ALWAYS_GROWN });
  const jpegs = jpegPictures({ width: 1600, height: 1200, count: 1 });
  const large = (cameraId: string): TestCamera => ({ cameraId, width: 1600, height: 1200, jpegs });
  const residentMib = () => transcoder.codecFigures.processes[0]?.residentMib ?? 0;
  await until(() => residentMib() > 0);
  const freshMib = residentMib();
  const watched = ['a', 'b', 'c', 'd'].map((cameraId) => {
    const seen = new SeenFrames(transcoder, cameraId);
    publish(hub, large(cameraId), 0);
    return seen;
  });
  await Promise.all(watched.map((seen) => seen.count(1)));
  await until(() => residentMib() > freshMib + 40);
  for (const { subscription } of watched) subscription.close();
  await until(() => transcoder.codecFigures.replaced.idle === 1);
  assert.ok(residentMib() < freshMib + 20, `${residentMib()} MiB, fresh ${freshMib} MiB`);

  // Luma readers, which are not encoders, do not cause another replacement.
  let lumas = 0;
  transcoder.subscribeLuma('a', () => lumas++);
  const timer = setInterval(() => publish(hub, cameraOf('a'), 0), 20);
  t.after(() => clearInterval(timer));
  await until(() => lumas >= 5);
  assert.deepEqual(transcoder.codecFigures.replaced, { idle: 1, large: 0 });
});
