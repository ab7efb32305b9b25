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
    flowing(200, (second) => ({ way: second < 1 ? 'video' : 'pictures' })),
    [
      [0, 0.5],
      [9, 12.5],
      [29, 32.5],
      [65, 68.5],
      [133, 136.5],
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

test('video that fails again soon after a probe is probed later; one that lasted begins anew', () => {
  const failing = flowing(40, (second) => ({ way: second >= 12 && second < 16 ? 'video' : 'pictures' }));
  assert.deepEqual(failing, [
    [8, 15.5],
    [32, 35.5],
  ]);
  const lasting = flowing(120, (second) => ({ way: second >= 32 && second < 80 ? 'video' : 'pictures' }));
  assert.deepEqual(lasting, [
    [8, 11.5],
    [28, 79.5],
    [88, 91.5],
    [108, 111.5],
  ]);
});
