import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSame, withArea, withChangedArea, withoutArea } from '../../../client/motion/motion-draft.ts';
import { MOTION_SLIDERS } from '../../../client/motion/motion-sliders.ts';
import {
  freshName,
  MAX_CORNERS,
  middleOf,
  MIDDLE,
  movedCorner,
  pointAt,
  splitSide,
  withCorner,
  withoutCorner,
  type Outline,
} from '../../../client/motion/outline.ts';
import { DEFAULT_MOTION } from '../../../server/events/motion-watch.ts';

const TRIANGLE: Outline = [
  [0, 0],
  [1, 0],
  [0.5, 1],
];

test('a corner is within the picture, wherever the pointer went', () => {
  assert.deepEqual(pointAt(-0.2, 1.7), [0, 1]);
  assert.deepEqual(pointAt(0.123_456, 0.5), [0.123, 0.5]);
});

test('an outline keeps three corners and gets no more than the server accepts', () => {
  assert.deepEqual(withoutCorner(TRIANGLE, 1), TRIANGLE);
  assert.deepEqual(withoutCorner(MIDDLE, 1), [MIDDLE[0], MIDDLE[2], MIDDLE[3]]);
  const full: Outline = Array.from({ length: MAX_CORNERS }, (_, index) => pointAt(index / MAX_CORNERS, 0));
  assert.equal(withCorner(full, [0.5, 0.5]).length, MAX_CORNERS);
  assert.equal(splitSide(full, 3).length, MAX_CORNERS);
  assert.equal(withCorner(TRIANGLE, [0, 1]).length, 4);
});

test('a side is split in its middle, the last one too', () => {
  assert.deepEqual(splitSide(TRIANGLE, 0), [
    [0, 0],
    [0.5, 0],
    [1, 0],
    [0.5, 1],
  ]);
  assert.deepEqual(splitSide(TRIANGLE, 2), [...TRIANGLE, [0.25, 0.5]]);
  assert.deepEqual(middleOf(TRIANGLE, 2), [0.25, 0.5]);
});

test('moving a corner keeps the others, and the original outline', () => {
  const before = structuredClone(TRIANGLE);
  assert.deepEqual(movedCorner(TRIANGLE, 1, [0.9, 0.1]), [
    [0, 0],
    [0.9, 0.1],
    [0.5, 1],
  ]);
  assert.deepEqual(TRIANGLE, before);
});

test('areas get unused names and ids, and can be changed and removed', () => {
  assert.equal(freshName('Zone', ['Zone 1', 'Gate', 'Zone 3']), 'Zone 2');
  const first = withArea(DEFAULT_MOTION, 'zone', TRIANGLE);
  const second = withArea(first.view, 'zone', MIDDLE);
  const third = withArea(second.view, 'mask', TRIANGLE);
  assert.deepEqual(
    [...third.view.zones, ...third.view.masks].map(({ id, name }) => [id, name]),
    [
      ['zone-1', 'Zone 1'],
      ['zone-2', 'Zone 2'],
      ['mask-1', 'Mask 1'],
    ],
  );
  const renamed = withChangedArea(third.view, 'zone-2', { name: 'Gate', outline: TRIANGLE });
  assert.deepEqual(renamed.zones[1], { id: 'zone-2', name: 'Gate', points: TRIANGLE });
  const gone = withoutArea(renamed, 'zone-1');
  assert.equal(withArea(gone, 'zone', MIDDLE).id, 'zone-1');
  assert.ok(isSame(withoutArea(withoutArea(gone, 'zone-2'), 'mask-1'), DEFAULT_MOTION));
  assert.ok(!isSame(first.view, DEFAULT_MOTION));
});

test('sliders yield values that the server accepts, from end to end, and back', () => {
  const bounds = {
    sensitivity: [1, 100],
    minArea: [0.0005, 0.5],
    minDurationMs: [0, 10_000],
    quietMs: [1_000, 60_000],
  };
  for (const { name, toPosition, toValue } of MOTION_SLIDERS) {
    assert.deepEqual([toValue(0), toValue(100)], bounds[name], name);
    for (let position = 0; position <= 100; position++) {
      const value = toValue(position);
      assert.ok(name === 'minArea' || Number.isInteger(value), `${name} ${value}`);
      assert.ok(
        Math.abs(toPosition(value) - position) < 8,
        `${name}: ${position} leads to ${toPosition(value)}`,
      );
    }
    assert.ok(
      Math.abs(toValue(toPosition(DEFAULT_MOTION[name])) - DEFAULT_MOTION[name]) <= DEFAULT_MOTION[name] / 10,
    );
  }
});
