import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { VigieError } from '../../server/errors.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder, TRANSCODER_DEFAULTS, type TranscoderOptions } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';
import { until } from '../support/until.ts';
import { play, publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';

const TIMEOUT = { timeout: 30_000 };
const VGA: TestCamera = {
  cameraId: 'vga',
  width: 640,
  height: 480,
  jpegs: jpegPictures({ width: 640, height: 480, count: 20 }),
};
const QVGA: TestCamera = {
  cameraId: 'qvga',
  width: 320,
  height: 240,
  jpegs: jpegPictures({ width: 320, height: 240, count: 20 }),
};

function setUp(t: TestContext, options: Partial<TranscoderOptions> = {}) {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log, options);
  t.after(() => transcoder.close());
  return { hub, transcoder };
}

/** Only the first codec process, none kept warm beside it. */
const ONE_PROCESS = { ...TRANSCODER_DEFAULTS.pool, size: 1 };

/** Every frame can be decoded in order, and the first of them is a keyframe. */
function assertPlays(seen: SeenFrames, from = 0): void {
  using reader = new Vp8Reader();
  for (const [index, { data, keyframe, width }] of seen.frames.slice(from).entries()) {
    const picture = reader.read(data);
    assert.equal(picture.keyframe, keyframe);
    assert.equal(picture.width, width);
    if (index === 0) assert.equal(keyframe, true);
  }
}

test(
  'what viewers can take holds from the first picture of an encoder that is opened later',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder } = setUp(t);
    const seen = new SeenFrames(transcoder, VGA.cameraId, { rung: 'full', limitBps: 300_000 });
    publish(hub, VGA, 0);
    await seen.count(1);
    assert.equal(transcoder.stats(VGA.cameraId)?.bitrateBps, 300_000);
  },
);

test('JPEGs become VP8 in order, with true times and increasing timestamps', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  const captures: number[] = [];
  for (let index = 0; index < 10; index++) {
    captures.push(publish(hub, VGA, index));
    await seen.count(index + 1);
  }
  assertPlays(seen);
  assert.deepEqual(
    seen.frames.map(({ captureUs }) => captureUs),
    captures,
  );
  for (const [index, frame] of seen.frames.entries()) {
    const { captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs } = frame;
    const times = [captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs];
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok(encodedUs - receivedUs < 10_000_000);
    const before = seen.frames[index - 1];
    if (before) assert.ok((frame.timestamp90k - before.timestamp90k + 2 ** 32) % 2 ** 32 < 2 ** 31);
  }
  assert.deepEqual(
    { ...transcoder.stats(VGA.cameraId), decodeUs: 0, encodeUs: 0, fps: 0 },
    {
      framesIn: 10,
      passedOver: 0,
      corrupt: 0,
      encoded: 10,
      keyframes: 1,
      restarts: 0,
      decodeUs: 0,
      encodeUs: 0,
      bitrateBps: 950_000,
      encoding: true,
      bitratesBps: { full: 950_000 },
      timesAside: 0,
      fps: 0,
    },
  );
});

test(
  'a new subscriber gets a keyframe of the newest picture, without waiting for the next',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder } = setUp(t, { keyframeIntervalMs: 50 });
    const captureUs = publish(hub, VGA, 0);
    const first = new SeenFrames(transcoder, VGA.cameraId);
    await first.count(1);
    const second = new SeenFrames(transcoder, VGA.cameraId);
    await second.count(1);
    assert.deepEqual(
      [first.frames[0]?.keyframe, second.frames[0]?.keyframe, second.frames[0]?.captureUs],
      [true, true, captureUs],
    );
    const [frame, again] = first.frames;
    assert.deepEqual([frame?.repeated, again?.repeated, second.frames[0]?.repeated], [false, true, true]);
    assert.equal(((again?.timestamp90k ?? 0) - (frame?.timestamp90k ?? 0) + 2 ** 32) % 2 ** 32, 1);
  },
);

test('a picture that an encoder before made is repeated, and the next picture is not', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { graceMs: 0 });
  publish(hub, QVGA, 0);
  const first = new SeenFrames(transcoder, QVGA.cameraId);
  await first.count(1);
  first.subscription.close();
  await until(() => transcoder.stats(QVGA.cameraId)?.encoding === false);
  const second = new SeenFrames(transcoder, QVGA.cameraId);
  await second.count(1);
  publish(hub, QVGA, 1);
  await second.count(2);
  assert.deepEqual(
    second.frames.map(({ repeated }) => repeated),
    [true, false],
  );
});

test('who wants the next picture as a keyframe gets no picture twice', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { keyframeIntervalMs: 600_000 });
  const seen = new SeenFrames(transcoder, QVGA.cameraId);
  for (let index = 0; index < 4; index++) {
    publish(hub, QVGA, index);
    await seen.count(index + 1);
    transcoder.requestKeyframe(QVGA.cameraId, 'next');
  }
  assert.deepEqual(
    seen.frames.map(({ keyframe, repeated }) => [keyframe, repeated]),
    [0, 1, 2, 3].map(() => [true, false]),
  );
});

test('a subscriber always begins with a keyframe', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { keyframeIntervalMs: 1 });
  const first = new SeenFrames(transcoder, QVGA.cameraId);
  publish(hub, QVGA, 0);
  await first.count(1);
  for (let index = 1; index < 20; index++) {
    const before = first.frames.length;
    publish(hub, QVGA, index);
    const joiner = new SeenFrames(transcoder, QVGA.cameraId);
    await joiner.count(1);
    await first.count(before + 1);
    assert.equal(joiner.frames[0]?.keyframe, true, `joiner ${index}`);
    joiner.subscription.close();
  }
});

test('keyframe requests close together share one, and the last of them is served', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { keyframeIntervalMs: 200 });
  const seen = new SeenFrames(transcoder, QVGA.cameraId);
  publish(hub, QVGA, 0);
  await seen.count(1);
  for (let request = 0; request < 50; request++) transcoder.requestKeyframe(QVGA.cameraId);
  const second = await seen.find(({ keyframe }) => keyframe, 1);
  assert.equal(second.captureUs, seen.frames[0]?.captureUs, 'made of the picture that is there');
  publish(hub, QVGA, 1);
  await seen.count(3);
  assert.deepEqual(
    seen.frames.map(({ keyframe }) => keyframe),
    [true, true, false],
  );
});

test('a corrupt frame is skipped and counted, and the video continues', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  publish(hub, VGA, 0);
  await seen.count(1);
  const truncated = VGA.jpegs[1]?.subarray(0, 9000);
  const corruptUs = publish(hub, VGA, 1, truncated);
  await until(() => transcoder.stats(VGA.cameraId)?.corrupt === 1);
  publish(hub, VGA, 2);
  await seen.count(2);
  assert.equal(seen.frames[1]?.keyframe, false);
  assert.ok(seen.frames.every(({ captureUs }) => captureUs !== corruptUs));
  assertPlays(seen);
});

test('a corrupt newest picture is not tried again for new subscribers', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  publish(hub, VGA, 0, VGA.jpegs[0]?.subarray(0, 9000));
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  await until(() => transcoder.stats(VGA.cameraId)?.corrupt === 1);
  transcoder.requestKeyframe(VGA.cameraId);
  const captureUs = publish(hub, VGA, 1);
  await seen.count(1);
  assert.equal(seen.frames[0]?.keyframe, true);
  assert.equal(seen.frames[0].captureUs, captureUs);
  assert.equal(transcoder.stats(VGA.cameraId)?.corrupt, 1);
});

test(
  'a camera that changes its picture size continues with a keyframe of the new size',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder } = setUp(t);
    const seen = new SeenFrames(transcoder, VGA.cameraId);
    publish(hub, VGA, 0);
    await seen.count(1);
    publish(hub, { ...QVGA, cameraId: VGA.cameraId }, 0);
    await seen.count(2);
    assert.deepEqual(
      seen.frames.map(({ width, height, keyframe }) => ({ width, height, keyframe })),
      [
        { width: 640, height: 480, keyframe: true },
        { width: 320, height: 240, keyframe: true },
      ],
    );
  },
);

test('the newest of frames faster than the encoder wins, and the rest is counted', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  publish(hub, VGA, 0);
  await seen.count(1);
  let newestUs = 0;
  for (let index = 1; index <= 20; index++) newestUs = publish(hub, VGA, index);
  await seen.find(({ captureUs }) => captureUs === newestUs);
  const stats = transcoder.stats(VGA.cameraId);
  assert.deepEqual([stats?.framesIn, stats?.encoded, stats?.passedOver], [21, 3, 18]);
});

test('a camera without viewers has no encoder, before the first and after the last', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { graceMs: 20 });
  publish(hub, VGA, 0);
  assert.equal(transcoder.stats(VGA.cameraId), undefined);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  await seen.count(1);
  seen.subscription.close();
  seen.subscription.close();
  publish(hub, VGA, 1);
  await until(() => transcoder.stats(VGA.cameraId)?.encoding === false);
  publish(hub, VGA, 2);
  assert.equal(transcoder.stats(VGA.cameraId)?.framesIn, 0);
  assert.equal(transcoder.stats(VGA.cameraId)?.encoded, 1);
  const again = new SeenFrames(transcoder, VGA.cameraId);
  await again.count(1);
  assert.equal(again.frames[0]?.keyframe, true);
});

test('a viewer who returns within the grace period finds the encoder still open', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { graceMs: 60_000, keyframeIntervalMs: 1 });
  publish(hub, VGA, 0);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  await seen.count(1);
  seen.subscription.close();
  assert.equal(transcoder.stats(VGA.cameraId)?.encoding, true);
  const again = new SeenFrames(transcoder, VGA.cameraId);
  await again.count(1);
  assert.equal(again.frames[0]?.keyframe, true);
});

test('a subscriber that throws does not affect the others', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  transcoder.subscribe(QVGA.cameraId, () => {
    throw new Error('broken subscriber');
  });
  const seen = new SeenFrames(transcoder, QVGA.cameraId);
  play(t, hub, QVGA);
  await seen.count(5);
});

test('cameras continue with a keyframe when a codec process is killed', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { pool: ONE_PROCESS });
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  play(t, hub, VGA);
  await seen.count(10);
  const [pid = 0] = transcoder.codecPids;
  process.kill(pid, 'SIGKILL');
  await until(() => transcoder.stats(VGA.cameraId)?.restarts === 1);
  const from = seen.frames.length;
  await seen.count(from + 10);
  assertPlays(seen, from);
  assert.notEqual(transcoder.codecPids[0], pid);
  const stamps = seen.frames.map(({ timestamp90k }) => timestamp90k);
  assert.equal(new Set(stamps).size, stamps.length);
});

test('cameras continue when a codec process hangs', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { pool: { ...ONE_PROCESS, answerTimeoutMs: 200 } });
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  play(t, hub, VGA);
  await seen.count(10);
  process.kill(transcoder.codecPids[0] ?? 0, 'SIGSTOP');
  await until(() => transcoder.stats(VGA.cameraId)?.restarts === 1);
  const from = seen.frames.length;
  await seen.count(from + 10);
  assertPlays(seen, from);
});

test('a codec process ignores signals that are meant for the server', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { pool: ONE_PROCESS });
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  play(t, hub, VGA);
  await seen.count(1);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.kill(transcoder.codecPids[0] ?? 0, signal);
  await seen.count(20);
  assert.equal(transcoder.stats(VGA.cameraId)?.restarts, 0);
});

test('a frame that crashed a codec process is not tried again', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, { pool: { ...ONE_PROCESS, answerTimeoutMs: 200, restartDelayMs: 1 } });
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  publish(hub, VGA, 0);
  await seen.count(1);
  const [pid = 0] = transcoder.codecPids;
  process.kill(pid, 'SIGSTOP');
  const poisonUs = publish(hub, VGA, 1);
  await until(() => transcoder.stats(VGA.cameraId)?.restarts === 1);
  const captureUs = publish(hub, VGA, 2);
  await seen.count(2);
  assert.equal(seen.frames[1]?.captureUs, captureUs);
  assert.equal(seen.frames[1].keyframe, true);
  assert.ok(seen.frames.every((frame) => frame.captureUs !== poisonUs));
});

test('cameras are spread over the processes, and a death moves them to running ones', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t, {
    pool: { ...TRANSCODER_DEFAULTS.pool, size: 2, spareDelayMs: 0, restartDelayMs: 600_000 },
  });
  const cameras = ['a', 'b', 'c', 'd'].map((cameraId) => ({ ...QVGA, cameraId }));
  const all = cameras.map(({ cameraId }) => new SeenFrames(transcoder, cameraId));
  for (const camera of cameras) play(t, hub, camera);
  await until(() => transcoder.codecPids.length === 2);
  await Promise.all(all.map((seen) => seen.count(30)));
  const restarts = () => cameras.map(({ cameraId }) => transcoder.stats(cameraId)?.restarts ?? 0);
  const before = restarts();
  process.kill(transcoder.codecPids[0] ?? 0, 'SIGKILL');
  await until(() => transcoder.codecPids.length === 1);
  const moved = restarts().map((count, index) => count - (before[index] ?? 0));
  assert.equal(
    moved.reduce((sum, count) => sum + count, 0),
    2,
    `moved: ${moved.join(' ')}`,
  );
  await Promise.all(all.map((seen) => seen.count(seen.frames.length + 10)));
});

test('a closed transcoder refuses requests, and closing twice is safe', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const seen = new SeenFrames(transcoder, VGA.cameraId);
  publish(hub, VGA, 0);
  await seen.count(1);
  transcoder.close();
  transcoder.close();
  publish(hub, VGA, 1);
  seen.subscription.close();
  assert.throws(
    () => transcoder.subscribe(VGA.cameraId, () => undefined),
    (error) => error instanceof VigieError && error.code === 'unavailable',
  );
});

test('for a recorder alone only its demand is encoded; beside a viewer it gets all', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const recorded = new SeenFrames(transcoder, VGA.cameraId, { maxFps: 5, bitrateBps: 300_000 });
  play(t, hub, VGA);
  await recorded.count(4);
  const alone = recorded.frames.slice(1, 4);
  const intervals = alone
    .slice(1)
    .map(({ receivedUs }, index) => receivedUs - (alone[index]?.receivedUs ?? 0));
  assert.ok(Math.min(...intervals) >= 160_000, intervals.join(', '));
  assert.equal(transcoder.stats(VGA.cameraId)?.bitrateBps, 300_000);
  const watched = new SeenFrames(transcoder, VGA.cameraId);
  await watched.count(10);
  const since = recorded.frames.length;
  await recorded.count(since + 5);
  assert.deepEqual(
    recorded.frames.slice(-5).map(({ data }) => data),
    watched.frames.slice(-5).map(({ data }) => data),
  );
  assert.ok((transcoder.stats(VGA.cameraId)?.bitrateBps ?? 0) > 300_000);
  watched.subscription.close();
});
