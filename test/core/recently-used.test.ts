import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentlyUsed } from '../../server/core/recently-used.ts';

test('above the limit the least recently used value is dropped, and reading counts as use', () => {
  const dropped: string[] = [];
  const kept = new RecentlyUsed<number, string>(2, (value) => dropped.push(value));
  kept.set(1, 'one');
  kept.set(2, 'two');
  assert.equal(kept.get(1), 'one');
  kept.set(3, 'three');
  assert.deepEqual([kept.get(1), kept.get(2), kept.get(3)], ['one', undefined, 'three']);
  assert.deepEqual([dropped, kept.size], [['two'], 2]);
});

test('every dropped value is handed over once, whether replaced, deleted or cleared', () => {
  const dropped: string[] = [];
  const kept = new RecentlyUsed<number, string>(3, (value) => dropped.push(value));
  kept.set(1, 'one');
  kept.set(1, 'first');
  kept.set(2, 'two');
  kept.set(3, 'three');
  kept.delete(2);
  kept.delete(2);
  kept.clear();
  kept.clear();
  assert.deepEqual([dropped, kept.size], [['one', 'two', 'first', 'three'], 0]);
});

test('a value is made only when it is missing', () => {
  const kept = new RecentlyUsed<number, string>(1);
  assert.equal(
    kept.getOrAdd(1, () => 'one'),
    'one',
  );
  assert.equal(
    kept.getOrAdd(1, () => assert.fail('it is there')),
    'one',
  );
});
