import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureTimeUs } from '../../../client/live/capture-clock.ts';

const TICK_US = 1_000_000 / 90_000;
const WRAP_US = 2 ** 32 * TICK_US;
const START_US = 1_800_000_000_000_000;

function rtpAt(clock: { rtpTimestamp: number; captureUs: number }, captureUs: number): number {
  const ticks = Math.round((captureUs - clock.captureUs) / TICK_US);
  return (((clock.rtpTimestamp + ticks) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

test('the reference timestamp yields the reference time', () => {
  const clock = { rtpTimestamp: 1234, captureUs: START_US };
  assert.equal(captureTimeUs(clock, 1234, START_US), START_US);
});

test('one second later is 90000 ticks later', () => {
  const clock = { rtpTimestamp: 0, captureUs: START_US };
  assert.ok(Math.abs(captureTimeUs(clock, 90_000, START_US) - (START_US + 1_000_000)) < 1);
});

test('a wrapped timestamp comes after the reference, not 13 hours before it', () => {
  const clock = { rtpTimestamp: 2 ** 32 - 45_000, captureUs: START_US };
  assert.ok(Math.abs(captureTimeUs(clock, 45_000, START_US + 1_000_000) - (START_US + 1_000_000)) < 1);
});

test('a frame from just before the reference comes before it, also across the wrap', () => {
  const clock = { rtpTimestamp: 10, captureUs: START_US };
  const timestamp = 2 ** 32 + 10 - 90_000;
  assert.ok(Math.abs(captureTimeUs(clock, timestamp, START_US) - (START_US - 1_000_000)) < 1);
});

test('the capture time is right within a tick at any age and after any number of wraps', () => {
  // xorshift32: the same cases on every run.
  let state = 0x2545f491;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 2_000; i++) {
    const clock = { rtpTimestamp: Math.floor(random() * 2 ** 32), captureUs: START_US };
    const captureUs = START_US + (random() * 12 - 1) * WRAP_US;
    const nearUs = captureUs + (random() - 0.5) * 0.99 * WRAP_US;
    const found = captureTimeUs(clock, rtpAt(clock, captureUs), nearUs);
    assert.ok(Math.abs(found - captureUs) <= TICK_US, `case ${i}: ${found} instead of ${captureUs}`);
  }
});
