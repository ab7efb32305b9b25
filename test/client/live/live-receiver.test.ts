/** In a browser without WebRTC, so that a camera is watched as pictures as long as it is visible. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import type { CameraDirectory } from '../../../client/live/camera-directory.ts';
import { FiguresDirectory } from '../../../client/live/figures-directory.ts';
import { LiveReceiver } from '../../../client/live/live-receiver.ts';
import { PictureQualityChoice } from '../../../client/live/picture-quality.ts';
import type { SignalingClient, SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import { drawsPictures } from '../../support/drawn-pictures.ts';

const TILE = { width: 320, height: 240, focused: false, isApart: false };

class Signaling extends Emitter<SignalingClientEvents> {
  readonly state = 'open';
  readonly epoch = 1;
  readonly methods: string[] = [];
  request = async (method: string) => {
    this.methods.push(method);
    return { watchId: 1 };
  };
}

async function watching(context: TestContext) {
  drawsPictures(context);
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const signaling = new Signaling();
  const directory = { find: () => ({ status: 'online', staleAfterMs: 2_000 }) };
  const receiver = new LiveReceiver(
    signaling as unknown as SignalingClient,
    directory as unknown as CameraDirectory,
    new PictureQualityChoice(signaling),
    new FiguresDirectory(signaling),
  );
  context.after(() => receiver.close());
  const asked = async () => {
    for (let i = 0; i < 6; i++) {
      context.mock.timers.tick(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return signaling.methods.splice(0).filter((method) => method.endsWith('Frames'));
  };
  return { receiver, asked };
}

test('nothing is sent to a hidden page, except for a picture in a window of its own', async (context) => {
  const { receiver, asked } = await watching(context);
  const element = {};
  receiver.watch('door', element, TILE);
  assert.deepEqual(await asked(), ['watchFrames']);
  receiver.hidden = true;
  assert.deepEqual(await asked(), ['stopFrames']);
  receiver.watch('door', element, { ...TILE, isApart: true });
  assert.deepEqual(await asked(), ['watchFrames']);
});

test('a camera is watched as long as one of its elements shows it', async (context) => {
  const { receiver, asked } = await watching(context);
  const [first, second] = [{}, {}];
  const feed = receiver.watch('door', first, TILE);
  assert.equal(receiver.watch('door', second, TILE), feed);
  receiver.watch('door', second, { ...TILE, width: 640 });
  assert.deepEqual(await asked(), ['watchFrames']);
  receiver.release(feed, first);
  receiver.release(feed, first);
  assert.deepEqual(await asked(), []);
  receiver.release(feed, second);
  assert.deepEqual(await asked(), ['stopFrames']);
});
