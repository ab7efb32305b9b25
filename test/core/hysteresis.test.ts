import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hysteresis } from '../../server/core/hysteresis.ts';

const LEVELS = [
  { enter: 75, leave: 70 },
  { enter: 85, leave: 80 },
];

for (const [name, values, levels] of [
  ['rises at the threshold', [74, 75, 84, 85], [0, 1, 1, 2]],
  ['stays until the value is clearly lower', [75, 72, 70, 69], [1, 1, 1, 0]],
  ['steps down one level at a time', [90, 80, 79, 71, 69], [2, 2, 1, 1, 0]],
  ['falls all the way at once', [90, 10], [2, 0]],
  ['does not flicker about a threshold', [75, 74, 75, 74], [1, 1, 1, 1]],
  ['-Infinity is below everything', [-Infinity, 75, -Infinity], [0, 1, 0]],
] as const) {
  test(`a level ${name}`, () => {
    const hysteresis = new Hysteresis(LEVELS);
    assert.deepEqual(
      values.map((value) => hysteresis.update(value)),
      levels,
    );
    assert.equal(hysteresis.level, levels.at(-1));
  });
}
