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
