import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockOffset } from '../../../client/signaling/clock-offset.ts';

/** An exchange with a server that is `ahead` µs ahead, with delays of `there` and `back` µs. */
function exchange(t0: number, ahead: number, there: number, back: number) {
  const t1 = t0 + there + ahead;
  return { t0, t1, t2: t1 + 50, t3: t0 + there + 50 + back };
}

test('before the first exchange the offset is unknown', () => {
  const offset = new ClockOffset();
  assert.equal(offset.offsetUs, null);
  assert.equal(offset.roundTripUs, null);
});

test('equal delays yield the exact offset', () => {
  const offset = new ClockOffset();
  offset.add(exchange(1_000, 7_000_000, 400, 400));
  assert.equal(offset.offsetUs, 7_000_000);
  assert.equal(offset.roundTripUs, 800);
});

test('the exchange with the smallest round trip counts', () => {
  const offset = new ClockOffset();
  offset.add(exchange(0, -5_000, 40_000, 200));
  offset.add(exchange(100_000, -5_000, 300, 280));
  offset.add(exchange(200_000, -5_000, 200, 30_000));
  assert.equal(offset.offsetUs, -4_990);
});

test('the error is never more than half the round trip', () => {
  for (const [there, back] of [
    [0, 9_000],
    [9_000, 0],
    [2_000, 7_000],
  ] as const) {
    const offset = new ClockOffset();
    offset.add(exchange(0, 123_456, there, back));
    assert.ok(Math.abs((offset.offsetUs ?? NaN) - 123_456) <= (offset.roundTripUs ?? 0) / 2);
  }
});

test('a fast exchange is forgotten after a minute, because clocks drift', () => {
  const offset = new ClockOffset();
  offset.add(exchange(0, 1_000, 10, 10));
  offset.add(exchange(61_000_000, 4_000, 500, 500));
  assert.equal(offset.offsetUs, 4_000);
});

test('exchanges that contradict causality are ignored', () => {
  const offset = new ClockOffset();
  offset.add({ t0: 100, t1: 500, t2: 400, t3: 200 });
  offset.add({ t0: 200, t1: 500, t2: 500, t3: 100 });
  offset.add({ t0: 0, t1: 500, t2: 5_000, t3: 100 });
  offset.add({ t0: 0, t1: Number.NaN, t2: 5_000, t3: 100 });
  assert.equal(offset.offsetUs, null);
});
