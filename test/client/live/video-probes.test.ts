import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceKind } from '../../../client/live/live-source.ts';
import { VideoProbes } from '../../../client/live/video-probes.ts';

const TICK_MS = 500;

/** @returns the spans in which video flows, in seconds */
function flowing(
  seconds: number,
  facts: (second: number) => { source: SourceKind; hasPath?: boolean; estimateBps?: number },
): [from: number, to: number][] {
  const probes = new VideoProbes();
  const spans: [number, number][] = [];
  let wasPaused = true;
  for (let ms = 0; ms < seconds * 1000; ms += TICK_MS) {
    const { source, hasPath = true, estimateBps } = facts(ms / 1000);
    const isPaused = probes.update(ms, source, hasPath, estimateBps) === 'paused';
    const last = spans.at(-1);
    if (!isPaused && wasPaused) spans.push([ms / 1000, ms / 1000]);
    else if (!isPaused && last) last[1] = ms / 1000;
    wasPaused = isPaused;
  }
  return spans;
}

test('while pictures come over a path that stands, video is probed ever more seldom', () => {
  assert.deepEqual(
    flowing(200, (second) => ({ source: second < 5 ? 'video' : 'pictures' })),
    [
      [0, 4.5],
      [13, 16.5],
      [33, 36.5],
      [69, 72.5],
      [137, 140.5],
    ],
  );
});

test('without a path nothing is paused, and a new path is probed at once', () => {
  const spans = flowing(30, (second) => ({ source: 'pictures', hasPath: second >= 5 }));
  assert.deepEqual(spans, [
    [0, 8.5],
    [25, 28.5],
  ]);
});

test('a path that was found as the pictures began, or just before, is tried for as long as a probe', () => {
  const together = flowing(20, (second) => {
    const has = second >= 3;
    return { source: has ? 'pictures' : 'video', hasPath: has };
  });
  assert.deepEqual(together, [[0, 6.5]]);
  const before = flowing(20, (second) => ({
    source: second < 4 ? 'video' : 'pictures',
    hasPath: second >= 2,
  }));
  assert.deepEqual(before, [[0, 5.5]]);
});

/** Video before the first fault, and once more for a while. */
const isVideo = (second: number, from: number, to: number) => second < 5 || (second >= from && second < to);

test('video that fails again soon after a probe is probed later; one that lasted begins anew', () => {
  const failing = flowing(45, (second) => ({ source: isVideo(second, 17, 21) ? 'video' : 'pictures' }));
  assert.deepEqual(failing, [
    [0, 4.5],
    [13, 20.5],
    [37, 40.5],
  ]);
  const lasting = flowing(125, (second) => ({ source: isVideo(second, 37, 85) ? 'video' : 'pictures' }));
  assert.deepEqual(lasting, [
    [0, 4.5],
    [13, 16.5],
    [33, 84.5],
    [93, 96.5],
    [113, 116.5],
  ]);
});

test('video beside pictures is probed, else it flows', () => {
  const probes = new VideoProbes();
  assert.equal(probes.update(0, 'video', true), 'flowing');
  assert.equal(probes.update(5_000, 'pictures', true), 'paused');
  assert.equal(probes.update(13_000, 'pictures', true), 'probed');
  assert.equal(probes.update(15_000, 'video', true), 'flowing');
});

/** Video of other cameras tells what the line carries. */
const withEstimate = (estimateBps: number, fromSecond = 0) =>
  flowing(60, (second) => ({
    source: second < 5 ? 'video' : 'pictures',
    ...(second >= fromSecond && { estimateBps }),
  }));

test('on a line that carries enough, video is probed as often as at first', () => {
  assert.deepEqual(withEstimate(500_000), [
    [0, 4.5],
    [13, 16.5],
    [25, 28.5],
    [37, 40.5],
    [49, 52.5],
  ]);
});

test('a line that begins to carry enough is probed at once', () => {
  assert.deepEqual(withEstimate(500_000, 30).slice(0, 3), [
    [0, 4.5],
    [13, 16.5],
    [30, 33.5],
  ]);
});

test('on a line that carries not even the smallest video, none is probed', () => {
  assert.deepEqual(withEstimate(30_000), [[0, 4.5]]);
});
