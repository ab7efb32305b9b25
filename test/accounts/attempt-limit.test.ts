import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptLimit, tooManyAttempts } from '../../server/accounts/attempt-limit.ts';
import { FailureCounter } from '../../server/core/failure-counter.ts';

test('the time until the next attempt is told in seconds below 90, then in minutes, rounded up', () => {
  for (const [waitMs, seconds, words] of [
    [1, 1, '1 second'],
    [89_000, 89, '89 seconds'],
    [89_001, 90, '2 minutes'],
    [120_000, 120, '2 minutes'],
    [120_001, 121, '3 minutes'],
  ] as const) {
    const error = tooManyAttempts(waitMs);
    assert.equal(error.code, 'tooManyRequests');
    assert.equal(error.message, `too many failed attempts; try again in ${words}`);
    assert.equal(error.retryAfterSeconds, seconds);
  }
});

test('an attempt counts as failed from its admission until it succeeds', () => {
  let nowMs = 0;
  const limit = new AttemptLimit(new FailureCounter({ failures: 2, windowMs: 1_000 }), () => nowMs);
  const refused = { code: 'tooManyRequests' };
  limit.admit('door');
  limit.admit('door');
  assert.throws(() => limit.admit('door'), refused);
  limit.admit('attic');
  limit.succeeded('door');
  limit.admit('door');
  assert.throws(() => limit.admit('door'), refused);
  nowMs = 1_000;
  limit.admit('door');
});
