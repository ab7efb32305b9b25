import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TokenBucket } from '../../server/core/token-bucket.ts';

suite('token bucket', () => {
  test('it gives its burst at once, then its rate', () => {
    const bucket = new TokenBucket(10, 3, 0);
    assert.deepEqual(
      [0, 0, 0, 0].map((nowUs) => bucket.take(nowUs)),
      [true, true, true, false],
    );
    assert.equal(bucket.take(99_999), false);
    assert.equal(bucket.take(200_000), true);
  });

  test('a pause earns no more than the burst, and a clock that goes back earns nothing', () => {
    const bucket = new TokenBucket(10, 2, 1_000_000);
    assert.deepEqual(
      [1e9, 1e9, 1e9].map((nowUs) => bucket.take(nowUs)),
      [true, true, false],
    );
    assert.equal(bucket.take(0), false);
  });
});
