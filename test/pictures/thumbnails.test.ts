import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Thumbnails } from '../../server/pictures/thumbnails.ts';

const frame = (cameraId: string) => ({
  cameraId,
  jpeg: new Uint8Array([0xff, 0xd8, 0xff, 0xd9]),
  width: 640,
  height: 480,
  captureUs: 1,
  receivedUs: 1,
});

test('removing a camera drops its thumbnails only', async (context) => {
  const made: string[] = [];
  const scaler = {
    scaleFrame: ({ cameraId }: { cameraId: string }) => {
      made.push(cameraId);
      return Promise.resolve(new Uint8Array([1]));
    },
  };
  const thumbnails = new Thumbnails(scaler, pino({ level: 'silent' }));
  context.after(() => thumbnails.close());
  const [door, garden] = [frame('door'), frame('door-2')];
  for (const each of [door, garden, door, garden]) await thumbnails.of(each, 320);
  assert.deepEqual(made, ['door', 'door-2']);
  thumbnails.removeCamera('door');
  for (const each of [door, garden]) await thumbnails.of(each, 320);
  assert.deepEqual(made, ['door', 'door-2', 'door']);
});

test('a thumbnail in work while its camera is switched off is neither answered with nor cached', async (context) => {
  const works: PromiseWithResolvers<Uint8Array>[] = [];
  const scaler = {
    scaleFrame: () => {
      const work = Promise.withResolvers<Uint8Array>();
      works.push(work);
      return work.promise;
    },
  };
  const thumbnails = new Thumbnails(scaler, pino({ level: 'silent' }));
  context.after(() => thumbnails.close());
  const door = frame('door');
  const inWork = assert.rejects(thumbnails.of(door, 320), { code: 'cameraOff' });
  const waiting = assert.rejects(thumbnails.of(door, 240), { code: 'cameraOff' });
  thumbnails.switchCamera('door', true);
  thumbnails.switchCamera('door', false);
  await Promise.all([inWork, waiting]);
  works[0]?.resolve(new Uint8Array([1]));
  await new Promise(setImmediate);
  const next = thumbnails.of(door, 320);
  assert.equal(works.length, 2, 'it is made anew, and the waiting one is not');
  works[1]?.resolve(new Uint8Array([2]));
  assert.deepEqual(await next, new Uint8Array([2]));
});
