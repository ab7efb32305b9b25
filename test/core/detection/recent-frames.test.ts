import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_AGE_US, MAX_BYTES, RecentFrames } from '../../../server/core/detection/recent-frames.ts';
import type { CameraFrame } from '../../../server/core/video/camera-frame.ts';

const frame = (captureUs: number, bytes = 1_000): CameraFrame => ({
  cameraId: 'door',
  jpeg: new Uint8Array(bytes),
  width: 640,
  height: 480,
  captureUs,
  receivedUs: captureUs + 50_000,
});

test('a frame is found by its capture time, and another picture is none', () => {
  const frames = new RecentFrames();
  for (let n = 0; n < 10; n++) frames.keep(frame(n * 1_000_000));
  assert.equal(frames.at(3_000_000)?.captureUs, 3_000_000);
  assert.equal(frames.at(3_100_000)?.captureUs, 3_000_000);
  assert.equal(frames.at(3_500_000), undefined);
});

test('frames that are old are dropped', () => {
  const frames = new RecentFrames();
  frames.keep(frame(0));
  frames.keep(frame(MAX_AGE_US));
  assert.ok(frames.at(0));
  frames.keep(frame(MAX_AGE_US + 1));
  assert.equal(frames.at(0), undefined);
});

test('large frames are dropped sooner, and one larger than all room is not kept', () => {
  const frames = new RecentFrames();
  for (let n = 0; n < 8; n++) frames.keep(frame(n * 1_000_000, MAX_BYTES / 4));
  assert.equal(frames.at(3_000_000), undefined);
  assert.ok(frames.at(4_000_000) && frames.at(7_000_000));
  frames.keep(frame(8_000_000, MAX_BYTES + 1));
  assert.equal(frames.at(8_000_000), undefined);
  assert.equal(frames.at(7_000_000), undefined);
});
