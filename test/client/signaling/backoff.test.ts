import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../client/signaling/backoff.ts';

test('delays double up to the maximum', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0.999_999 });
  const delays = Array.from({ length: 6 }, () => Math.round(backoff.next()));
  assert.deepEqual(delays, [100, 200, 400, 800, 1_000, 1_000]);
});

test('randomness takes at most half of a delay', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0 });
  assert.deepEqual(
    Array.from({ length: 5 }, () => backoff.next()),
    [50, 100, 200, 400, 500],
  );
});

test('after a success it starts again', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 50);
});

test('it is bounded after ten thousand attempts', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000 });
  for (let i = 0; i < 10_000; i++) assert.ok(backoff.next() <= 1_000);
});
