import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { PictureQualityChoice } from '../../../client/live/picture-quality.ts';
import { PictureWatch } from '../../../client/live/picture-watch.ts';
import type { SignalingClient, SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import { drawsPictures } from '../../support/drawn-pictures.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

class Signaling extends Emitter<SignalingClientEvents> {
  readonly state = 'open';
  readonly epoch = 1;
  readonly requests: unknown[] = [];
  watchId = 0;
  request = async (method: string, data: object) => {
    if (method !== 'setQuality') this.requests.push([method, data]);
    return { watchId: ++this.watchId };
  };
}

function watching(context: TestContext) {
  drawsPictures(context);
  const signaling = new Signaling();
  const client = signaling as unknown as SignalingClient;
  const quality = new PictureQualityChoice(client, () => ({ getItem: () => null, setItem: () => undefined }));
  const watch = new PictureWatch({
    cameraId: 'door',
    signaling: client,
    quality,
    onDrawn: () => undefined,
    onDenied: () => undefined,
    onFull: () => undefined,
  });
  context.after(() => watch.close());
  return { signaling, quality };
}

test('the data saver asks for fewer and smaller pictures, in place of those that come', async (context) => {
  const { signaling, quality } = watching(context);
  await settled();
  quality.choose('minimum');
  await settled();
  assert.deepEqual(signaling.requests, [
    ['watchFrames', { cameraId: 'door' }],
    ['stopFrames', { watchId: 1 }],
    ['watchFrames', { cameraId: 'door', maxFps: 2, width: 320 }],
  ]);
});

test('a quality chosen while pictures are asked for counts', async (context) => {
  const { signaling, quality } = watching(context);
  quality.choose('half');
  await settled();
  assert.deepEqual(signaling.requests, [
    ['watchFrames', { cameraId: 'door' }],
    ['stopFrames', { watchId: 1 }],
    ['watchFrames', { cameraId: 'door', maxFps: 5, width: 480 }],
  ]);
});
