import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureWay } from '../../../client/live/picture-way.ts';
import { VideoProbes } from '../../../client/live/video-probes.ts';

const TICK_MS = 500;

/** @returns the spans in which video flows, in seconds */
function flowing(
  seconds: number,
  facts: (second: number) => { way: PictureWay; hasPath?: boolean },
): [from: number, to: number][] {
  const probes = new VideoProbes();
  const spans: [number, number][] = [];
  let wasHeld = true;
  for (let ms = 0; ms < seconds * 1000; ms += TICK_MS) {
    const { way, hasPath = true } = facts(ms / 1000);
    const isHeld = probes.isHeld(ms, way, hasPath);
    const last = spans.at(-1);
    if (!isHeld && wasHeld) spans.push([ms / 1000, ms / 1000]);
    else if (!isHeld && last) last[1] = ms / 1000;
    wasHeld = isHeld;
  }
  return spans;
}

test('while pictures come over a path that stands, video is probed ever more seldom', () => {
  assert.deepEqual(
    flowing(200, (second) => ({ way: second < 5 ? 'video' : 'pictures' })),
    [
      [0, 4.5],
      [13, 16.5],
      [33, 36.5],
      [69, 72.5],
      [137, 140.5],
    ],
  );
});

test('without a path nothing is held back, and a new path is probed at once', () => {
  const spans = flowing(30, (second) => ({ way: 'pictures', hasPath: second >= 5 }));
  assert.deepEqual(spans, [
    [0, 8.5],
    [25, 28.5],
  ]);
});

test('a path that was found as the pictures began, or just before, is tried for as long as a probe', () => {
  const together = flowing(20, (second) => {
    const has = second >= 3;
    return { way: has ? 'pictures' : 'video', hasPath: has };
  });
  assert.deepEqual(together, [[0, 6.5]]);
  const before = flowing(20, (second) => ({ way: second < 4 ? 'video' : 'pictures', hasPath: second >= 2 }));
  assert.deepEqual(before, [[0, 5.5]]);
});

/** The way before the first fault, and once more for a while. */
const isVideo = (second: number, from: number, to: number) => second < 5 || (second >= from && second < to);

test('video that fails again soon after a probe is probed later; one that lasted begins anew', () => {
  const failing = flowing(45, (second) => ({ way: isVideo(second, 17, 21) ? 'video' : 'pictures' }));
  assert.deepEqual(failing, [
    [0, 4.5],
    [13, 20.5],
    [37, 40.5],
  ]);
  const lasting = flowing(125, (second) => ({ way: isVideo(second, 37, 85) ? 'video' : 'pictures' }));
  assert.deepEqual(lasting, [
    [0, 4.5],
    [13, 16.5],
    [33, 84.5],
    [93, 96.5],
    [113, 116.5],
  ]);
});
