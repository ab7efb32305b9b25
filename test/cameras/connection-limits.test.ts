import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ConnectionLimits } from '../../server/cameras/connection-limits.ts';

suite('connection limits', () => {
  test('an address has its share, all together have the total', () => {
    const limits = new ConnectionLimits({ total: 3, perAddress: 2 });
    assert.ok(limits.enter('a'));
    assert.ok(limits.enter('a'));
    assert.equal(limits.enter('a'), undefined);
    assert.ok(limits.enter('b'));
    assert.equal(limits.enter('c'), undefined);
  });

  test('a place is given back once, however often its holder leaves', () => {
    const limits = new ConnectionLimits({ total: 2, perAddress: 2 });
    const leave = limits.enter('a');
    limits.enter('a');
    leave?.();
    leave?.();
    assert.ok(limits.enter('a'));
    assert.equal(limits.enter('b'), undefined);
  });
});
