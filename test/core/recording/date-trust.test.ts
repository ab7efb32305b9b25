import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DateTrust, PROOF_MS, type SteadyRun } from '../../../server/core/recording/date-trust.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 5, 1);
const UNKNOWN = { hasProblem: false, isSynchronized: false };
const SYNCHRONIZED = { hasProblem: false, isSynchronized: true };

const start = (
  before: SteadyRun | null = null,
  {
    nowMs = NOW_MS,
    steadyMs = 0,
    trustedMs = NOW_MS,
  }: { nowMs?: number; steadyMs?: number; trustedMs?: number } = {},
): DateTrust => new DateTrust({ nowMs, steadyMs, trustedMs, before });

test('a synchronized clock is trusted at once, one of which nobody knows after 24 hours, one with a problem never', () => {
  const trust = start();
  assert.equal(trust.remainingMs(0, SYNCHRONIZED), 0);
  assert.equal(trust.remainingMs(0, UNKNOWN), PROOF_MS);
  assert.equal(trust.remainingMs(DAY_MS - 1, UNKNOWN), 1);
  assert.equal(trust.remainingMs(DAY_MS, UNKNOWN), 0);
  assert.equal(trust.remainingMs(9 * DAY_MS, { hasProblem: true, isSynchronized: true }), null);
});

test('a clock that is set, forward or back, is watched for 24 hours again, synchronized or not', () => {
  const trust = start();
  trust.onStepped(30 * HOUR_MS);
  for (const signs of [UNKNOWN, SYNCHRONIZED]) {
    assert.equal(trust.remainingMs(30 * HOUR_MS, signs), DAY_MS);
    assert.equal(trust.remainingMs(54 * HOUR_MS, signs), 0);
  }
  assert.deepEqual(trust.run(NOW_MS, 31 * HOUR_MS), { steadyForMs: HOUR_MS, seenMs: NOW_MS });
});

test('a date more than a day after the last trusted one is watched for 24 hours, synchronized or not', () => {
  for (const [leapMs, remainingMs] of [
    [DAY_MS, 0],
    [DAY_MS + 1, DAY_MS],
    [-400 * DAY_MS, 0],
  ] as const)
    assert.equal(start(null, { nowMs: NOW_MS + leapMs }).remainingMs(0, SYNCHRONIZED), remainingMs);
});

const RESTARTS: [what: string, pauseMs: number, hours: number][] = [
  ['at once', 0, 4],
  ['after a day', DAY_MS, 4],
  ['after more than a day: it was off, or the date is wrong', DAY_MS + 1, 24],
  ['with a clock that leapt by a year', 365 * DAY_MS, 24],
  ['with a clock that was set back by seconds', -60_000, 4],
  ['with a clock that was set back by more', -60_001, 24],
];

for (const [what, pauseMs, hours] of RESTARTS)
  test(`20 steady hours, then a restart ${what}: ${hours} hours are left`, () => {
    const first = start();
    const before = first.run(NOW_MS + 20 * HOUR_MS, 20 * HOUR_MS);
    const second = start(before, { nowMs: before.seenMs + pauseMs, steadyMs: 7_000 });
    assert.equal(second.remainingMs(7_000, UNKNOWN), hours * HOUR_MS);
    // A date that leaps at each of many restarts gains nothing by it.
    assert.equal(second.run(before.seenMs, 7_000).steadyForMs, DAY_MS - hours * HOUR_MS);
  });
