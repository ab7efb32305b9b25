import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WHOLE_PICTURE, ZoneMap } from '../../../server/core/motion/motion-zones.ts';

const count = (cells: Uint8Array | undefined): number => cells?.reduce((sum, cell) => sum + cell, 0) ?? -1;
const leftHalf = {
  id: 'left',
  points: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;
const topHalf = {
  id: 'top',
  points: [
    [0, 0],
    [1, 0],
    [1, 0.5],
    [0, 0.5],
  ],
} as const;
const triangle = {
  id: 'triangle',
  points: [
    [0, 0],
    [1, 0],
    [0, 1],
  ],
} as const;

suite('motion zones', () => {
  test('without zones the whole picture is one', () => {
    const { zones } = new ZoneMap(80, 60, [], []);
    assert.deepEqual([...zones.keys()], [WHOLE_PICTURE]);
    assert.equal(count(zones.get(WHOLE_PICTURE)), 4800);
  });

  test('a zone is the cells whose centres lie in its outline', () => {
    const { zones } = new ZoneMap(80, 60, [leftHalf, triangle], []);
    assert.equal(count(zones.get('left')), 2400);
    assert.ok(Math.abs(count(zones.get('triangle')) - 2400) <= 40);
  });

  test('a mask removes its cells from every zone', () => {
    assert.equal(count(new ZoneMap(80, 60, [leftHalf], [topHalf]).zones.get('left')), 1200);
    assert.equal(count(new ZoneMap(80, 60, [], [topHalf]).zones.get(WHOLE_PICTURE)), 2400);
  });

  test('a zone without an inside is empty', () => {
    const line = {
      id: 'line',
      points: [
        [0, 0.5],
        [1, 0.5],
        [0.5, 0.5],
      ],
    } as const;
    assert.equal(count(new ZoneMap(80, 60, [line], []).zones.get('line')), 0);
  });
});
