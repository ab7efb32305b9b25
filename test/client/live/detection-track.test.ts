import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DetectionTrack, MAX_ANALYSERS, MAX_REPORTS } from '../../../client/live/detection-track.ts';
import type { LiveDetections } from '../../../server/wire/detection.ts';

const SECOND_US = 1_000_000;
const report = (captureS: number, label: string, analyser = 'a'): LiveDetections => ({
  cameraId: 'door',
  analyser,
  captureUs: captureS * SECOND_US,
  boxes: [{ label, score: 0.9, x: 0, y: 0, width: 0.1, height: 0.1 }],
});
const labelsAt = (track: DetectionTrack, atS: number): string[] =>
  track.boxesAt(atS * SECOND_US).map(({ label }) => label);

test('a frame has the boxes of its own picture, else those of the newest one before, never of a later one', () => {
  const track = new DetectionTrack();
  // In whatever order they come.
  for (const captureS of [10.4, 10, 10.2]) track.add(report(captureS, `at ${captureS}`));
  assert.deepEqual(labelsAt(track, 9.9), []);
  assert.deepEqual(labelsAt(track, 10.2), ['at 10.2']);
  assert.deepEqual(labelsAt(track, 10.199_99), ['at 10.2'], 'rounded on the way');
  assert.deepEqual(labelsAt(track, 10.3), ['at 10.2']);
  assert.deepEqual(labelsAt(track, 10.5), ['at 10.4']);
  assert.deepEqual(track.boxesAt(null), []);
});

test('boxes stay for a second, longer where the analyser is slower, and not for ever', () => {
  const quick = new DetectionTrack();
  quick.add(report(10, 'x'));
  assert.deepEqual([labelsAt(quick, 10.9), labelsAt(quick, 11.1)], [['x'], []]);
  const slow = new DetectionTrack();
  for (const captureS of [8, 9.5]) slow.add(report(captureS, 'x'));
  assert.deepEqual([labelsAt(slow, 13), labelsAt(slow, 13.5)], [['x'], []]);
  const slowest = new DetectionTrack();
  for (const captureS of [0, 60]) slowest.add(report(captureS, 'x'));
  assert.deepEqual([labelsAt(slowest, 64.9), labelsAt(slowest, 65.1)], [['x'], []]);
});

test('a picture without objects takes the boxes away, of its analyser alone', () => {
  const track = new DetectionTrack();
  track.add(report(10, 'person'));
  track.add(report(10, 'dog', 'b'));
  track.add({ ...report(10.2, ''), boxes: [] });
  assert.deepEqual(labelsAt(track, 10.1), ['dog', 'person']);
  assert.deepEqual(labelsAt(track, 10.3), ['dog']);
});

test('reports and analysers are bounded', () => {
  const track = new DetectionTrack();
  for (let n = 0; n <= MAX_REPORTS; n++) track.add(report(n / 10, `${n}`));
  assert.deepEqual([labelsAt(track, 0.05), labelsAt(track, 0.1)], [[], ['1']]);
  for (let n = 0; n < MAX_ANALYSERS; n++) track.add(report(100, `${n}`, `analyser ${n}`));
  assert.equal(labelsAt(track, 100).length, MAX_ANALYSERS);
  assert.deepEqual(labelsAt(track, 6), [], 'the first analyser made room');
});
