import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { LiveSource } from '../../../client/live/live-source.ts';
import { PresentedFrames } from '../../../client/live/presented-frames.ts';
import type { ServerClock } from '../../../client/live/server-clock.ts';

/** A video whose frames the test presents. `captureUs` null: the browser cannot tell when it was taken. */
function setUp(context: TestContext) {
  const { timers } = context.mock;
  timers.enable({ apis: ['Date'] });
  let now = 1_000;
  context.mock.method(performance, 'now', () => now);
  let callback: VideoFrameRequestCallback | undefined;
  let captureUs: number | null = null;
  let presented = 0;
  const video = {
    requestVideoFrameCallback: (next: VideoFrameRequestCallback) => {
      callback = next;
      return 1;
    },
    cancelVideoFrameCallback: () => undefined,
  } as unknown as HTMLVideoElement;
  const frames = new PresentedFrames(video, () => presented++);
  const source = { captureUs: () => captureUs } as unknown as LiveSource;
  const clock = { atUs: (ms: number) => ms * 1000 } as unknown as ServerClock;
  const start = (): void => frames.start(clock, source);
  start();
  return {
    frames,
    start,
    get presented() {
      return presented;
    },
    present(atMs: number, takenUs: number | null): void {
      now = atMs;
      captureUs = takenUs;
      callback?.(atMs, { presentationTime: atMs, expectedDisplayTime: atMs } as VideoFrameCallbackMetadata);
    },
  };
}

suite('the newest new picture on the screen', () => {
  test('is none that was made again of the one before, however often', (context) => {
    const scene = setUp(context);
    scene.present(1_000, 900_000);
    for (let again = 1; again <= 300; again++) scene.present(1_000 + again * 300, 900_000 + again * 11);
    assert.equal(scene.frames.newPictureAtMs, 1_000);
    assert.equal(scene.presented, 301, 'they are shown all the same');
    scene.present(95_000, 94_900_000);
    assert.equal(scene.frames.newPictureAtMs, 95_000);
  });

  test('is known for the same on another path', (context) => {
    const scene = setUp(context);
    scene.present(1_000, 900_000);
    scene.start();
    scene.present(9_000, 900_011);
    assert.equal(scene.frames.newPictureAtMs, 1_000);
  });

  test('is any picture where nobody can tell when it was taken', (context) => {
    const scene = setUp(context);
    scene.present(1_000, null);
    scene.present(2_000, null);
    assert.equal(scene.frames.newPictureAtMs, 2_000);
  });

  test('is forgotten with the picture', (context) => {
    const scene = setUp(context);
    scene.present(1_000, 900_000);
    scene.frames.forget();
    assert.equal(scene.frames.newPictureAtMs, null);
    scene.present(2_000, 900_011);
    assert.equal(scene.frames.newPictureAtMs, 2_000);
  });
});
