import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Backoff } from '../../server/core/backoff.ts';

suite('backoff', () => {
  test('the delay doubles up to its bound, and starts again after a success', () => {
    const backoff = new Backoff(500, 30_000, () => 1);
    const delays = Array.from({ length: 9 }, () => backoff.nextMs());
    assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    backoff.reset();
    assert.equal(backoff.nextMs(), 500);
  });

  test('after a thousand failures it is still bounded, and at least half the delay', () => {
    const backoff = new Backoff(500, 30_000, () => 0);
    for (let failure = 0; failure < 1000; failure++) backoff.nextMs();
    assert.equal(backoff.nextMs(), 15_000);
  });
});
