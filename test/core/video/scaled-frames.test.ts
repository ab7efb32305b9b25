import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraFrame } from '../../../server/core/video/camera-frame.ts';
import { createLog } from '../../../server/log.ts';
import { ScaledFrames } from '../../../server/core/video/scaled-frames.ts';
import { FrameHub } from '../../../server/video/frame-hub.ts';

const SECOND_US = 1_000_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp({ maxFps, width = 320 }: { maxFps?: number; width?: number } = {}) {
  const hub = new FrameHub(createLog('silent'));
  const scalings: { frame: CameraFrame; done: PromiseWithResolvers<Uint8Array> }[] = [];
  const failures = { count: 0 };
  const frames = new ScaledFrames({
    frames: hub,
    width,
    maxFps,
    userId: 'anna',
    onFailure: () => failures.count++,
    scale: (frame, toWidth, userId) => {
      assert.deepEqual([toWidth, userId], [width, 'anna']);
      const done = Promise.withResolvers<Uint8Array>();
      scalings.push({ frame, done });
      return done.promise;
    },
  });
  const publish = (receivedUs: number, pixels = 640): void =>
    hub.publish({
      cameraId: 'door',
      jpeg: Uint8Array.of(1),
      width: pixels,
      height: (pixels * 3) / 4,
      captureUs: receivedUs,
      receivedUs,
    });
  return { frames, scalings, publish, failures };
}

test('a subscription begins with the newest frame and brings each one scaled down', async () => {
  const { frames, scalings, publish } = setUp();
  publish(1);
  const got: CameraFrame[] = [];
  frames.subscribe('door', (frame) => got.push(frame));
  scalings[0]?.done.resolve(Uint8Array.of(2));
  await settled();
  const [{ width, height, captureUs, jpeg } = assert.fail('no frame')] = got;
  assert.deepEqual([width, height, captureUs, [...jpeg]], [320, 240, 1, [2]]);
});

test('while a frame is being scaled the newest one waits, and the ones between are skipped', async () => {
  const { frames, scalings, publish } = setUp();
  const got: number[] = [];
  frames.subscribe('door', ({ captureUs }) => got.push(captureUs / SECOND_US));
  for (const second of [1, 2, 3, 4]) publish(second * SECOND_US);
  assert.equal(scalings.length, 1);
  scalings[0]?.done.resolve(Uint8Array.of());
  await settled();
  scalings[1]?.done.resolve(Uint8Array.of());
  await settled();
  assert.deepEqual(got, [1, 4]);
});

test('a frame that cannot be scaled is skipped, and so is one that its subscriber cannot take', async () => {
  const { frames, scalings, publish, failures } = setUp();
  const got: number[] = [];
  frames.subscribe('door', ({ captureUs }) => {
    got.push(captureUs / SECOND_US);
    if (got.length === 1) throw new Error('the socket is gone');
  });
  for (const second of [1, 2, 3]) {
    publish(second * SECOND_US);
    if (second === 1) scalings[0]?.done.reject(new Error('damaged'));
    else scalings.at(-1)?.done.resolve(Uint8Array.of());
    await settled();
  }
  assert.deepEqual([got, failures.count], [[2, 3], 1]);
});

for (const [maxFps, expected] of [
  [undefined, 5],
  [60, 5],
  [2, 2],
] as const) {
  test(`with maxFps ${maxFps}, about ${expected} frames a second are scaled`, async () => {
    const { frames, scalings, publish } = setUp(maxFps === undefined ? {} : { maxFps });
    frames.subscribe('door', () => undefined);
    for (let frame = 0; frame < 250; frame++) {
      publish(frame * 40_000);
      scalings.at(-1)?.done.resolve(Uint8Array.of());
      await settled();
    }
    const perSecond = scalings.length / 10;
    assert.ok(perSecond > 0.9 * expected && perSecond < 1.3 * expected, `${perSecond}`);
  });
}

test('a frame that is small enough passes unchanged, and after closing nothing does', async () => {
  const { frames, scalings, publish } = setUp();
  const got: CameraFrame[] = [];
  const subscription = frames.subscribe('door', (frame) => got.push(frame));
  publish(SECOND_US, 320);
  await settled();
  assert.deepEqual([got.length, scalings.length], [1, 0]);
  publish(2 * SECOND_US);
  subscription.close();
  scalings[0]?.done.resolve(Uint8Array.of());
  await settled();
  assert.equal(got.length, 1);
});
