import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatestSlot } from '../../server/core/latest-slot.ts';

test('the newest value wins, and replaced ones are counted', () => {
  const slot = new LatestSlot<number>();
  for (const value of [1, 2, 3]) slot.offer(value);
  assert.equal(slot.take(), 3);
  assert.equal(slot.take(), undefined);
  assert.equal(slot.passedOver, 2);
});

test('clearing counts a waiting value', () => {
  const slot = new LatestSlot<number>();
  slot.clear();
  slot.offer(1);
  slot.clear();
  assert.equal(slot.take(), undefined);
  assert.equal(slot.passedOver, 1);
});

test('every offered value is either taken or counted', () => {
  for (let pattern = 0; pattern < 2 ** 10; pattern++) {
    const slot = new LatestSlot<number>();
    let offered = 0;
    let taken = 0;
    for (let bit = 0; bit < 10; bit++) {
      if (pattern & (1 << bit)) slot.offer(offered++);
      else if (slot.take() !== undefined) taken++;
    }
    slot.clear();
    assert.equal(taken + slot.passedOver, offered, `pattern ${pattern.toString(2)}`);
  }
});
