import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LogThrottle } from '../../server/core/log-throttle.ts';

suite('log throttle', () => {
  test('a subject passes once per interval, with the count of suppressed lines', () => {
    const throttle = new LogThrottle(1000);
    assert.deepEqual(
      [0, 1, 999, 1000, 1001, 5000].map((nowUs) => throttle.pass('a', nowUs)),
      [0, undefined, undefined, 2, undefined, 1],
    );
  });

  test('subjects are throttled independently', () => {
    const throttle = new LogThrottle(1000);
    assert.equal(throttle.pass('a', 0), 0);
    assert.equal(throttle.pass('b', 0), 0);
  });

  test("an attacker's invented subjects replace the oldest ones, and memory stays bounded", () => {
    const throttle = new LogThrottle(1_000_000);
    throttle.pass('first', 0);
    for (let name = 0; name < 999; name++) throttle.pass(String(name), 1);
    assert.equal(throttle.pass('first', 2), undefined);
    throttle.pass('one more', 3);
    assert.equal(throttle.pass('first', 4), 0);
  });
});
