import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { DetectionWatches } from '../../server/signaling/detection-watches.ts';

const MAX_CAMERAS = 256;
const seen = (cameraId: string) => ({ cameraId, analyser: 'a', captureUs: 1, boxes: [] });
const isRefused = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'tooManyRequests';

function watching() {
  const rights = new Set(['live', 'events']);
  const socket = { bufferedAmount: 0 };
  const watches = new DetectionWatches(
    {
      may: (right) => rights.has(right),
      assertMay: (right) => {
        if (!rights.has(right)) throw new VigieError('forbidden', 'not allowed');
      },
    },
    socket,
  );
  return { watches, rights, socket, isSent: (cameraId: string) => !!watches.notificationOf(seen(cameraId)) };
}

test('detections are sent of watched cameras, while both rights last', () => {
  const { watches, rights, isSent } = watching();
  assert.ok(!isSent('door'));
  watches.set('door', true);
  assert.ok(isSent('door') && !isSent('yard'));
  for (const right of ['live', 'events']) {
    rights.delete(right);
    assert.ok(!isSent('door'), `without ${right}`);
    rights.add(right);
  }
  watches.set('door', false);
  assert.ok(!isSent('door'));
});

test('a slow line is sent none, and those that come later again', () => {
  const { watches, socket, isSent } = watching();
  watches.set('door', true);
  socket.bufferedAmount = 64 * 1024 + 1;
  assert.ok(!isSent('door'));
  socket.bufferedAmount = 0;
  assert.ok(isSent('door'));
});

test('a page watches at most as many cameras as it shows, and one may be given up for another', () => {
  const { watches, isSent } = watching();
  for (let n = 0; n < MAX_CAMERAS; n++) watches.set(`cam_${n}`, true);
  assert.throws(() => watches.set('cam_more', true), isRefused);
  watches.set('cam_0', true);
  watches.set('cam_0', false);
  watches.set('cam_more', true);
  assert.ok(isSent('cam_more'));
});
