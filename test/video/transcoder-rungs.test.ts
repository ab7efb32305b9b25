import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { serverClock } from '../../server/core/clock.ts';
import type { FrameSource } from '../../server/core/video/frame-source.ts';
import type { RungName } from '../../server/core/video/rungs.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder, TRANSCODER_DEFAULTS, type TranscoderOptions } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { until } from '../support/until.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';
import { play, publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';

const TIMEOUT = { timeout: 60_000 };
const CAMERA: TestCamera = {
  cameraId: 'door',
  width: 640,
  height: 480,
  jpegs: jpegPictures({ width: 640, height: 480, count: 20 }),
};

function setUp(t: TestContext, options: Partial<TranscoderOptions> = {}) {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log, options);
  t.after(() => transcoder.close());
  const watch = (rung: RungName, limitBps = Infinity) =>
    new SeenFrames(transcoder, CAMERA.cameraId, { rung, limitBps });
  const open = () => Object.keys(transcoder.stats(CAMERA.cameraId)?.bitratesBps ?? {});
  return { hub, transcoder, watch, open };
}

const times = ({ frames }: SeenFrames) =>
  frames.map(({ captureUs, timestamp90k }) => [captureUs, timestamp90k]);

/** Every frame is of this rung, and decodes in order. */
function assertPlays({ frames }: SeenFrames, rung: RungName, width: number): void {
  using reader = new Vp8Reader();
  for (const frame of frames) {
    const picture = reader.read(frame.data);
    assert.deepEqual([frame.rung, frame.width, picture.width], [rung, width, width]);
  }
}

test(
  'each rung that is watched is encoded, of the same pictures at the same times, and no other',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder, watch, open } = setUp(t);
    publish(hub, CAMERA, 0);
    const [full, small] = [watch('full'), watch('small')];
    await small.count(1);
    const [fullBefore, smallBefore] = [full.frames.length, small.frames.length];
    for (let index = 1; index <= 8; index++) {
      publish(hub, CAMERA, index);
      await small.count(smallBefore + index);
    }
    assert.deepEqual(times(full).slice(fullBefore), times(small).slice(smallBefore));
    assertPlays(full, 'full', 640);
    assertPlays(small, 'small', 320);
    assert.deepEqual(open(), ['full', 'small']);
    assert.equal(transcoder.stats(CAMERA.cameraId)?.bitrateBps, 950_000 + 180_000);
    assert.deepEqual(transcoder.rungCounts, { full: 1, large: 0, small: 1, tiny: 0 });
  },
);

test(
  'a rung that nobody watches any more is not encoded, its encoder is closed after a while',
  TIMEOUT,
  async (t) => {
    const { hub, watch, open } = setUp(t, { graceMs: 50 });
    play(t, hub, CAMERA);
    const [full, tiny] = [watch('full'), watch('tiny')];
    await Promise.all([full.count(3), tiny.count(3)]);
    full.subscription.close();
    const left = full.frames.length;
    await until(() => open().join() === 'tiny');
    const more = tiny.frames.length;
    await tiny.count(more + 5);
    assert.equal(full.frames.length, left);
    assertPlays(tiny, 'tiny', 160);
    const again = watch('full');
    await again.count(2);
    assertPlays(again, 'full', 640);
  },
);

test(
  'a viewer of a rung gets a keyframe of the newest picture at once, and the other rungs none',
  TIMEOUT,
  async (t) => {
    const { hub, watch } = setUp(t, { keyframeIntervalMs: 0 });
    publish(hub, CAMERA, 0);
    const full = watch('full');
    await full.count(1);
    const small = watch('small');
    await small.count(1);
    const another = watch('small');
    await another.count(1);
    assert.deepEqual(
      small.frames.map(({ keyframe, repeated, captureUs }) => [keyframe, repeated, captureUs]),
      [
        // The picture was shown before, but not to those who watch this rung.
        [true, false, full.frames[0]?.captureUs],
        [true, true, full.frames[0]?.captureUs],
      ],
    );
    assert.equal(full.frames.length, 1);
  },
);

test('requests for keyframes are coalesced for each rung by itself', TIMEOUT, async (t) => {
  const { hub, transcoder, watch } = setUp(t, { keyframeIntervalMs: 60_000 });
  publish(hub, CAMERA, 0);
  const [full, small] = [watch('full'), watch('small')];
  await Promise.all([full.count(1), small.count(1)]);
  for (let request = 0; request < 20; request++) {
    transcoder.requestKeyframe(CAMERA.cameraId, 'newest', 'small');
    transcoder.requestKeyframe(CAMERA.cameraId, 'newest', 'full');
  }
  for (let index = 1; index <= 5; index++) {
    const seen = small.frames.length;
    publish(hub, CAMERA, index);
    await small.count(seen + 1);
  }
  for (const { frames } of [full, small]) assert.equal(frames.filter(({ keyframe }) => keyframe).length, 1);
  transcoder.requestKeyframe(CAMERA.cameraId, 'next', 'small');
  publish(hub, CAMERA, 6);
  await small.find(({ keyframe }) => keyframe, 1);
  assert.equal(full.frames.filter(({ keyframe }) => keyframe).length, 1);
});

test('a limit on one rung changes no frame of another', TIMEOUT, async (t) => {
  const { hub, transcoder, watch } = setUp(t);
  play(t, hub, CAMERA);
  const [full, small] = [watch('full'), watch('small')];
  await Promise.all([full.count(5), small.count(5)]);
  small.subscription.limit?.(50_000);
  await until(() => transcoder.stats(CAMERA.cameraId)?.bitratesBps.small === 50_000);
  assert.ok((transcoder.stats(CAMERA.cameraId)?.bitratesBps.full ?? 0) > 200_000);
  const [fullFrom, smallFrom] = [full.frames.length, small.frames.length];
  await small.find(({ keyframe }) => keyframe, 1);
  await Promise.all([full.count(fullFrom + 5), small.count(smallFrom + 5)]);
  assert.equal(full.frames.filter(({ keyframe }) => keyframe).length, 1, 'the good viewer has none more');
  assertPlays(small, 'small', 320);
});

test(
  'who opens a rung again sees nothing of the limit of those who watched it before',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder, watch } = setUp(t);
    const bitrateBps = () => transcoder.stats(CAMERA.cameraId)?.bitratesBps.full;
    // The recording needs less than the viewers.
    void new SeenFrames(transcoder, CAMERA.cameraId, { maxFps: 25, bitrateBps: 100_000 });
    const poor = watch('full', 120_000);
    play(t, hub, CAMERA);
    await poor.count(3);
    assert.equal(bitrateBps(), 120_000);
    poor.subscription.close();
    const healthy = watch('full');
    await healthy.count(1);
    assert.ok((bitrateBps() ?? 0) > 400_000, String(bitrateBps()));
  },
);

test(
  'what others take of a rung holds it for whoever asks, what it takes itself does not',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder } = setUp(t);
    play(t, hub, CAMERA);
    const [viewers, edges] = [transcoder.sourceOfFrames(), transcoder.sourceOfFrames()];
    const heldBps = (source: FrameSource) => {
      const [full, ...smaller] = source.rungsOf(CAMERA.cameraId);
      return [full?.heldBps, smaller.some((rung) => rung.heldBps !== undefined)];
    };
    const seen = new SeenFrames(edges, CAMERA.cameraId, { rung: 'full', limitBps: 300_000 });
    await seen.count(1);
    assert.deepEqual(
      [heldBps(viewers), heldBps(edges)],
      [
        [300_000, false],
        [undefined, false],
      ],
    );
    seen.subscription.limit?.(Infinity);
    assert.equal(heldBps(viewers)[0], viewers.rungsOf(CAMERA.cameraId)[0]?.bitrateBps);
    seen.subscription.close();
    assert.equal(heldBps(viewers)[0], undefined);
  },
);

test(
  'a recorder of the full picture gets its frame rate, while a viewer of a smaller one gets all',
  TIMEOUT,
  async (t) => {
    const { hub, transcoder, watch } = setUp(t);
    const recorded = new SeenFrames(transcoder, CAMERA.cameraId, { maxFps: 5, bitrateBps: 300_000 });
    const small = watch('small');
    const beginUs = serverClock();
    for (let index = 0; index < 20; index++) {
      const receivedUs = beginUs + index * 40_000;
      publish(hub, CAMERA, index, undefined, receivedUs);
      await small.count(index + 1);
    }
    assert.deepEqual(
      recorded.frames.map(({ receivedUs }) => (receivedUs - beginUs) / 40_000),
      [0, 4, 8, 12, 16],
    );
    assert.equal(transcoder.stats(CAMERA.cameraId)?.bitratesBps.full, 300_000);
    const recordedBps = () => transcoder.sourceOfFrames().rungsOf(CAMERA.cameraId)[0]?.heldBps ?? 0;
    assert.equal(recordedBps(), 300_000);
    recorded.subscription.close();
    assert.equal(recordedBps(), 0);
  },
);

test('after the death of a codec process every rung goes on with a keyframe', TIMEOUT, async (t) => {
  const { hub, transcoder, watch } = setUp(t, { pool: { ...TRANSCODER_DEFAULTS.pool, size: 1 } });
  play(t, hub, CAMERA);
  const seen = [watch('full'), watch('large'), watch('tiny')];
  await Promise.all(seen.map((each) => each.count(3)));
  const before = seen.map(({ frames }) => frames.length);
  for (const pid of transcoder.codecPids) process.kill(pid, 'SIGKILL');
  const after = await Promise.all(seen.map((each, at) => each.find(({ keyframe }) => keyframe, before[at])));
  assert.deepEqual(
    after.map(({ rung }) => rung),
    ['full', 'large', 'tiny'],
  );
});

test('a damaged picture is counted once, and every rung goes on without a keyframe', TIMEOUT, async (t) => {
  const { hub, transcoder, watch } = setUp(t);
  publish(hub, CAMERA, 0);
  const [full, small] = [watch('full'), watch('small')];
  await Promise.all([full.count(1), small.count(1)]);
  publish(hub, CAMERA, 0, CAMERA.jpegs[1]?.subarray(0, 3000));
  await until(() => transcoder.stats(CAMERA.cameraId)?.corrupt === 1);
  publish(hub, CAMERA, 2);
  const next = await Promise.all([full, small].map((each) => each.find(() => true, 1)));
  assert.deepEqual(
    next.map(({ keyframe }) => keyframe),
    [false, false],
  );
});

test('the rungs are those of the camera’s newest picture', TIMEOUT, async (t) => {
  const { hub, transcoder } = setUp(t);
  const names = () =>
    transcoder
      .sourceOfFrames()
      .rungsOf(CAMERA.cameraId)
      .map(({ name }) => name);
  assert.deepEqual(names(), ['full']);
  publish(hub, CAMERA, 0);
  assert.deepEqual(names(), ['full', 'large', 'small', 'tiny']);
  publish(hub, { ...CAMERA, width: 320, height: 240 }, 0);
  assert.deepEqual(names(), ['full', 'tiny']);
});
