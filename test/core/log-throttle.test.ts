import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LogThrottle } from '../../server/core/log-throttle.ts';

suite('log throttle', () => {
  test('a subject passes once per interval, with the count of what did not', () => {
    const throttle = new LogThrottle(1000);
    assert.deepEqual(
      [0, 1, 999, 1000, 1001, 5000].map((nowUs) => throttle.pass('a', nowUs)),
      [0, undefined, undefined, 2, undefined, 1],
    );
  });

  test('subjects do not hold each other back', () => {
    const throttle = new LogThrottle(1000);
    assert.equal(throttle.pass('a', 0), 0);
    assert.equal(throttle.pass('b', 0), 0);
  });

  test('strangers who invent subjects make it forget the oldest, not grow', () => {
    const throttle = new LogThrottle(1_000_000);
    throttle.pass('first', 0);
    for (let stranger = 0; stranger < 999; stranger++) throttle.pass(String(stranger), 1);
    assert.equal(throttle.pass('first', 2), undefined);
    throttle.pass('one more', 3);
    assert.equal(throttle.pass('first', 4), 0);
  });
});
