import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateCap } from '../../../server/core/rtp/rate-cap.ts';

const FULL_BPS = 1_000_000;

interface Second {
  second: number;
  capBps: number | undefined;
  arrivedShare: number;
}

/** Reports once a second of an encoder that follows the cap. @param carries what of the sent bits arrives, by the second */
function watch(seconds: number, carries: (sentBps: number, second: number) => number): Second[] {
  const cap = new RateCap();
  return Array.from({ length: seconds }, (_, second) => {
    const sentBps = Math.min(FULL_BPS, cap.bps ?? Infinity);
    const arrivedBps = carries(sentBps, second);
    cap.onRates({ sentBps, arrivedBps }, 0, second * 1_000_000);
    return { second, capBps: cap.bps, arrivedShare: arrivedBps / sentBps };
  });
}

const line = (bps: number) => (sentBps: number) => Math.min(bps, sentBps);

for (const bps of [800_000, 700_000, 500_000, 300_000]) {
  test(`on a line of ${bps / 1000} kbit/s nearly all of what is sent arrives, and most of the line is used`, () => {
    const seconds = watch(120, line(bps)).slice(3);
    const lossy = seconds.filter(({ arrivedShare }) => arrivedShare < 0.97);
    assert.ok(lossy.length <= 24, `${lossy.length} seconds with losses`);
    const used = seconds.reduce((sum, { capBps = FULL_BPS }) => sum + Math.min(bps, capBps), 0);
    assert.ok(used > 0.75 * bps * seconds.length);
  });
}

test('a line that carries everything has no cap, nor has one that loses a tenth at random', () => {
  for (const share of [1, 0.95, 0.9])
    assert.ok(watch(60, (sentBps) => share * sentBps).every(({ capBps }) => capBps === undefined));
});

/** @returns whether the rate is lowered when in one second only this share arrives */
const isLoweredBy = (share: number): boolean =>
  watch(20, (sentBps, second) => (second === 10 ? share : 1) * sentBps).some(
    ({ capBps }) => capBps !== undefined,
  );

test('one report lowers nothing, however little arrives', () => {
  assert.deepEqual([0.75, 0.5, 0].map(isLoweredBy), [false, false, false]);
});

test('after an outage the full rate is back within two minutes, also on a line that always loses some packets', () => {
  for (const share of [1, 0.95, 0.9]) {
    const seconds = watch(200, (sentBps, second) => (second >= 30 && second < 33 ? 0 : share) * sentBps);
    const capped = seconds.filter(({ capBps }) => (capBps ?? FULL_BPS) < FULL_BPS);
    assert.ok(capped.length > 0 && capped.every(({ second }) => second < 150), `${share}`);
  }
});

test('once the limit was given up, a raise of before it says nothing of the next one', () => {
  const cap = new RateCap();
  let second = 0;
  const reports = (count: number, sentBps: number, arrivedBps: number): void => {
    for (const end = second + count; second < end; second++)
      cap.onRates({ sentBps, arrivedBps }, 0, second * 1_000_000);
  };
  reports(2, FULL_BPS, 200_000);
  assert.equal(cap.bps, 170_000);
  while (cap.bps === 170_000) reports(1, 170_000, 170_000);
  const raisedBps = cap.bps ?? 0;
  assert.ok(raisedBps > 170_000 && raisedBps < FULL_BPS);
  reports(70, 50_000, 50_000);
  assert.equal(cap.bps, undefined, 'it has limited nothing for a minute');
  reports(4, FULL_BPS, 700_000);
  assert.equal(cap.bps, 0.85 * 700_000);
});

test('what retransmissions take is part of what the line carries', () => {
  const cap = new RateCap();
  for (const us of [0, 1_000_000]) cap.onRates({ sentBps: FULL_BPS, arrivedBps: 400_000 }, 100_000, us);
  assert.equal(cap.bps, 425_000);
});

test('while frames are left out, what arrives is not taken for what the line carries', () => {
  const cap = new RateCap();
  for (const us of [0, 1_000_000]) cap.onRates({ sentBps: FULL_BPS, arrivedBps: 500_000 }, 0, us);
  for (let second = 3; second < 20; second++)
    cap.onRates({ sentBps: 100_000, arrivedBps: 20_000 }, 0, second * 1_000_000);
  assert.equal(cap.bps, 425_000);
  cap.onRates({ sentBps: 100_000, arrivedBps: 100_000 }, 0, 62_000_000);
  assert.equal(cap.bps, undefined, 'it has limited nothing for a minute');
});

test('losses that stay as many when less is sent are random, and the rate is given back for a minute', () => {
  const seconds = watch(60, (sentBps) => 0.8 * sentBps);
  const capped = seconds.filter(({ capBps }) => capBps !== undefined);
  assert.ok(capped.length > 0 && capped.length <= 6, `${capped.length} seconds`);
});

test('when the line is wide again, the full rate is back within a minute', () => {
  const seconds = watch(100, (sentBps, second) => line(second < 30 ? 300_000 : 5_000_000)(sentBps));
  assert.notEqual(seconds[29]?.capBps, undefined);
  const back = seconds.findIndex(({ second, capBps }) => second > 30 && (capBps ?? FULL_BPS) >= FULL_BPS);
  assert.ok(back > 30 && back <= 90, `after ${back - 30} s`);
});

test('nothing is lowered below what a picture needs', () => {
  for (const { capBps } of watch(60, line(20_000))) assert.ok((capBps ?? FULL_BPS) >= 120_000);
});

test('of a camera that sends nothing, nothing is learned', () => {
  const cap = new RateCap();
  for (let second = 0; second < 10; second++)
    cap.onRates({ sentBps: 0, arrivedBps: 0 }, 0, second * 1_000_000);
  assert.equal(cap.bps, undefined);
});
