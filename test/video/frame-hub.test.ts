import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';

const frame = (cameraId: string, captureUs: number): CameraFrame => ({
  cameraId,
  jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9),
  width: 16,
  height: 16,
  captureUs,
  receivedUs: captureUs,
});
const newHub = () => new FrameHub(createLog('silent'));

test('the newest frame of each camera is kept', () => {
  const hub = newHub();
  for (const captureUs of [1, 2, 3]) hub.publish(frame('a', captureUs));
  hub.publish(frame('b', 9));
  assert.equal(hub.latest('a')?.captureUs, 3);
  assert.equal(hub.latest('b')?.captureUs, 9);
  assert.equal(hub.latest('c'), undefined);
});

test('subscribers get the frames of their camera from then on, until they close', () => {
  const hub = newHub();
  const seen: number[] = [];
  hub.publish(frame('a', 1));
  const subscription = hub.subscribe('a', ({ captureUs }) => seen.push(captureUs));
  hub.publish(frame('a', 2));
  hub.publish(frame('b', 3));
  hub.publish(frame('a', 4));
  subscription.close();
  subscription.close();
  hub.publish(frame('a', 5));
  assert.deepEqual(seen, [2, 4]);
});

test('the same function subscribed twice is called twice, and closing one leaves the other', () => {
  const hub = newHub();
  const seen: number[] = [];
  const onFrame = ({ captureUs }: CameraFrame) => seen.push(captureUs);
  const first = hub.subscribe('a', onFrame);
  hub.subscribe('a', onFrame);
  hub.publish(frame('a', 1));
  first.close();
  hub.publish(frame('a', 2));
  assert.deepEqual(seen, [1, 1, 2]);
});

test('a subscriber that throws affects neither the publisher nor the others', () => {
  const hub = newHub();
  const seen: number[] = [];
  hub.subscribe('a', () => {
    throw new Error('broken subscriber');
  });
  hub.subscribe('a', ({ captureUs }) => seen.push(captureUs));
  hub.publish(frame('a', 1));
  assert.deepEqual(seen, [1]);
});

test('subscribing and closing within a frame is safe', () => {
  const hub = newHub();
  const seen: string[] = [];
  const outer = hub.subscribe('a', () => {
    seen.push('outer');
    outer.close();
    hub.subscribe('a', () => seen.push('inner'));
  });
  hub.publish(frame('a', 1));
  hub.publish(frame('a', 2));
  assert.equal(seen[0], 'outer');
  assert.equal(seen.at(-1), 'inner');
  assert.equal(seen.filter((who) => who === 'outer').length, 1);
});

test('a forgotten camera has no frame, but its subscribers get the next one', () => {
  const hub = newHub();
  const seen: number[] = [];
  hub.subscribe('a', ({ captureUs }) => seen.push(captureUs));
  hub.publish(frame('a', 1));
  hub.removeCamera('a');
  assert.equal(hub.latest('a'), undefined);
  hub.publish(frame('a', 2));
  assert.deepEqual(seen, [1, 2]);
});

test('frames of a camera that is switched off end at the hub, and its last one is forgotten', () => {
  const off = new Set<string>();
  const hub = new FrameHub(createLog('silent'), (cameraId) => off.has(cameraId));
  const seen: number[] = [];
  hub.subscribe('a', ({ captureUs }) => seen.push(captureUs));
  hub.publish(frame('a', 1));
  off.add('a');
  assert.equal(hub.latest('a'), undefined, 'at once');
  hub.switchCamera('a', true);
  hub.publish(frame('a', 2));
  hub.publish(frame('b', 3));
  assert.deepEqual([seen, hub.dropped, hub.latest('b')?.captureUs], [[1], 1, 3]);
  off.delete('a');
  hub.switchCamera('a', false);
  assert.equal(hub.latest('a'), undefined, 'no earlier frame comes back');
  hub.publish(frame('a', 4));
  assert.deepEqual(seen, [1, 4]);
});
