import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameRateMeter } from '../../../server/core/video/frame-rate-meter.ts';

test('until a second of frames was seen, the assumption counts', () => {
  const meter = new FrameRateMeter(25);
  assert.equal(meter.fps, 25);
  for (let nowUs = 0; nowUs < 1_000_000; nowUs += 100_000) meter.add(nowUs);
  assert.equal(meter.fps, 25);
  meter.add(1_000_000);
  assert.equal(meter.fps, 10);
});

test('jitter does not move the rate by much', () => {
  const meter = new FrameRateMeter(25);
  for (let frame = 0; frame < 100; frame++) meter.add(frame * 50_000 + (frame % 2) * 30_000);
  assert.ok(Math.abs(meter.fps - 20) < 0.5, `${meter.fps} fps`);
});

test('the rate is that of the last two seconds', () => {
  const meter = new FrameRateMeter(25);
  let nowUs = 0;
  for (let frame = 0; frame < 100; frame++) meter.add((nowUs += 40_000));
  for (let frame = 0; frame < 25; frame++) meter.add((nowUs += 200_000));
  assert.ok(Math.abs(meter.fps - 5) < 0.01, `${meter.fps} fps`);
});
