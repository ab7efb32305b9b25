import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRetryAfter, retryDelayMs } from '../../../server/core/outbound/delivery-schedule.ts';

test('a delivery is repeated soon at first, then at growing intervals for about a day, and then no more', () => {
  const delays: number[] = [];
  for (let attempts = 1; ; attempts++) {
    const delayMs = retryDelayMs(attempts, 0, 0.5);
    if (delayMs === undefined) break;
    delays.push(delayMs);
  }
  assert.equal(delays[0], 5_000);
  assert.deepEqual(
    delays,
    delays.toSorted((a, b) => a - b),
  );
  const hours = delays.reduce((sum, delayMs) => sum + delayMs, 0) / 3_600_000;
  assert.ok(hours > 12 && hours < 30, `${hours} h`);
  assert.equal(retryDelayMs(100), undefined);
});

test('no two delays are equal, and none is much longer or shorter', () => {
  assert.deepEqual([retryDelayMs(1, 0, 0), retryDelayMs(1, 0, 1)], [4_000, 6_000]);
});

test('a receiver’s Retry-After is respected, up to an hour', () => {
  assert.equal(retryDelayMs(1, 120_000, 0.5), 120_000);
  assert.equal(retryDelayMs(1, 1_000, 0.5), 5_000);
  assert.equal(retryDelayMs(1, 86_400_000, 0.5), 3_600_000);
});

test('Retry-After is read as seconds or as a date, and malformed values as 0', () => {
  const nowMs = Date.UTC(2026, 10, 23, 12);
  assert.equal(readRetryAfter('120', nowMs), 120_000);
  assert.equal(readRetryAfter('Mon, 23 Nov 2026 12:01:00 GMT', nowMs), 60_000);
  for (const nothing of [undefined, '', '-5', 'soon', '1e9', '9'.repeat(30), 'Mon, 23 Nov 2020 12:01:00 GMT'])
    assert.equal(readRetryAfter(nothing, nowMs), 0, `${nothing}`);
});
