import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { CameraFeed } from '../../../client/live/camera-feed.ts';
import { PictureFallback } from '../../../client/live/picture-fallback.ts';
import type { SignalingClient, SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import { drawsPictures } from '../../support/drawn-pictures.ts';

const WATCH_ID = 7;
const SUPPORTED = { wanted: true, supported: true, searchingSinceMs: null };

class Signaling extends Emitter<SignalingClientEvents> {
  readonly state = 'open';
  readonly epoch = 1;
  request = async () => ({ watchId: WATCH_ID });
  acknowledge = () => undefined;
  sequence = 0;

  picture(): void {
    const picture = { watchId: WATCH_ID, sequence: this.sequence++, captureUs: 0, passedOver: 0 };
    this.emit('picture', { ...picture, jpeg: new Uint8Array() });
  }
}

/** A camera without video over a path that stands. */
function setUp(context: TestContext) {
  let nowMs = 1_000;
  context.mock.method(performance, 'now', () => nowMs);
  const signaling = new Signaling();
  const feed = new CameraFeed('door');
  const video: string[] = [];
  const fallback = new PictureFallback({
    feed,
    signaling: signaling as unknown as SignalingClient,
    quality: { on: () => () => undefined, pictureLimits: {} },
    onDenied: () => undefined,
    onVideo: (wanted) => video.push(wanted),
  });
  context.after(() => fallback.close());
  return {
    signaling,
    feed,
    video,
    fallback,
    run: async (seconds: number): Promise<void> => {
      for (const untilMs = nowMs + seconds * 1000; nowMs < untilMs; nowMs += 500) {
        await fallback.update(SUPPORTED);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('video is not paused in a browser that cannot show single pictures', async (context) => {
  const { feed, video, run } = setUp(context);
  await run(30);
  assert.deepEqual([feed.source, video], [null, []]);
});

test('video is paused once single pictures are shown, and not for a single one', async (context) => {
  drawsPictures(context);
  const { signaling, feed, video, run } = setUp(context);
  await run(10);
  signaling.picture();
  await run(20);
  assert.deepEqual([feed.source, video], [null, []]);
  signaling.picture();
  await run(1);
  assert.equal(feed.source?.kind, 'pictures');
  assert.deepEqual(video, ['paused']);
});

test('a fallback that is closed while it looks for video opens no watch', async (context) => {
  drawsPictures(context);
  const { signaling, fallback, run } = setUp(context);
  await run(2);
  const requests: string[] = [];
  signaling.request = async (method?: string) => {
    requests.push(method ?? '');
    return { watchId: WATCH_ID };
  };
  const closing = run(3);
  fallback.close();
  await closing;
  assert.deepEqual(requests, []);
});
