import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceAfter, sequenceDistance } from '../../../server/core/rtp/sequence-numbers.ts';

test('distances go the shorter way round, across the wrap', () => {
  const pairs = [
    [5, 3, 2],
    [3, 5, -2],
    [2, 65_534, 4],
    [65_534, 2, -4],
    [7, 7, 0],
    [32_767, 0, 32_767],
    [32_768, 0, -32_768],
  ] as const;
  for (const [later, earlier, distance] of pairs) assert.equal(sequenceDistance(later, earlier), distance);
});

test('the number after the highest is 0', () => {
  assert.deepEqual([sequenceAfter(65_535), sequenceAfter(65_530, 10), sequenceAfter(7, 0)], [0, 4, 7]);
});
