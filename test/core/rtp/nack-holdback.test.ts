import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NackHoldback } from '../../../server/core/rtp/nack-holdback.ts';

const SECOND_US = 1_000_000;

/** Reports once a second. @returns whether answers are held back after each */
function afterReports(perSecond: { requested: number; lost: number }[]): boolean[] {
  const holdback = new NackHoldback();
  let lost = 0;
  holdback.onReport(0, 0);
  return perSecond.map((second, i) => {
    holdback.requested(second.requested);
    lost += second.lost;
    holdback.onReport(lost, (i + 1) * SECOND_US);
    return holdback.isActive;
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('answers are held back while fewer than half of what is requested was lost', () => {
  assert.deepEqual(afterReports(times(6, { requested: 30, lost: 1 })), times(6, true));
  assert.deepEqual(afterReports(times(6, { requested: 30, lost: 28 })), times(6, false));
});

test('a few requests are no pattern: they are added up over five seconds', () => {
  const few = afterReports(times(6, { requested: 4, lost: 0 }));
  assert.deepEqual(few, [false, false, false, false, true, true]);
  assert.deepEqual(afterReports(times(20, { requested: 3, lost: 0 })), times(20, false));
});

test('it ends when losses replace the reordering, within the window', () => {
  const reordered = times(5, { requested: 20, lost: 0 });
  const lossy = times(6, { requested: 20, lost: 20 });
  assert.deepEqual(afterReports([...reordered, ...lossy]).slice(5), [true, true, false, false, false, false]);
});

test('packets that arrive twice, which lower the count of the lost ones, do not matter', () => {
  assert.deepEqual(afterReports(times(3, { requested: 30, lost: -5 })), times(3, true));
});

test('reports that come too often are passed over', () => {
  const holdback = new NackHoldback();
  holdback.onReport(0, 0);
  holdback.requested(30);
  holdback.onReport(0, 299_999);
  assert.equal(holdback.isActive, false);
  holdback.onReport(0, 300_000);
  assert.equal(holdback.isActive, true);
});
