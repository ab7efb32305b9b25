import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FairQueue } from '../../server/core/fair-queue.ts';

function filled(limits: { total: number; perKey: number }, items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>(limits);
  for (const item of items) queue.push(item.charAt(0), item);
  return queue;
}

function drain(queue: FairQueue<string>): string[] {
  return Array.from({ length: queue.size }, () => queue.shift() ?? assert.fail());
}

suite('fair queue', () => {
  test('keys take turns, in the order they came; items of one key stay in order', () => {
    const queue = filled({ total: 10, perKey: 5 }, ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']);
    assert.deepEqual(drain(queue), ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    assert.equal(queue.shift(), undefined);
    assert.equal(queue.size, 0);
  });

  test('a key that has had its turn comes after all others, also when it comes back', () => {
    const queue = filled({ total: 10, perKey: 5 }, ['a1', 'a2', 'b1']);
    assert.equal(queue.shift(), 'a1');
    queue.push('c', 'c1');
    queue.push('a', 'a3');
    assert.deepEqual(drain(queue), ['b1', 'a2', 'c1', 'a3']);
  });

  test('one key has a limited number of places', () => {
    const queue = filled({ total: 10, perKey: 2 }, ['a1', 'a2']);
    assert.equal(queue.hasRoom('a'), false);
    assert.equal(queue.hasRoom('b'), true);
    assert.throws(() => queue.push('a', 'a3'), RangeError);
  });

  test('when full, the key with the most items loses its newest to one with at least two fewer', () => {
    const queue = filled({ total: 5, perKey: 5 }, ['a1', 'a2', 'a3', 'b1', 'b2']);
    assert.equal(queue.hasRoom('b'), false);
    assert.equal(queue.push('c', 'c1'), 'a3');
    assert.equal(queue.push('d', 'd1'), 'a2');
    assert.equal(queue.push('e', 'e1'), 'b2');
    assert.equal(queue.hasRoom('f'), false, 'all have one');
    assert.deepEqual(drain(queue), ['a1', 'b1', 'c1', 'd1', 'e1']);
  });
});
