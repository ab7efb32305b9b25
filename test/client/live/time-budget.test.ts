import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUDGET_PARTS, TimeBudgetWindow } from '../../../client/live/time-budget.ts';

const START_US = 1_800_000_000_000_000;

function timing(rtpTimestamp: number) {
  return {
    rtpTimestamp,
    captureUs: START_US,
    receivedUs: START_US + 2_000,
    decodeStartUs: START_US + 2_100,
    decodedUs: START_US + 3_500,
    encodedUs: START_US + 6_000,
    sentUs: START_US + 6_500,
  };
}

function presented(rtpTimestamp: number) {
  return {
    rtpTimestamp,
    arrivedUs: START_US + 7_500,
    presentedUs: START_US + 9_000,
    displayedUs: START_US + 20_000,
  };
}

test('the parts of a frame are separated and add up to its latency', () => {
  const window = new TimeBudgetWindow();
  window.addPresented(presented(42));
  window.addTimings([timing(42)]);
  const budget = window.medians();
  assert.deepEqual(budget, { camera: 2, server: 4.5, network: 1, decode: 1.5, display: 11 });
  assert.equal(
    BUDGET_PARTS.reduce((sum, part) => sum + (budget?.[part] ?? 0), 0),
    20,
  );
});

test('a frame that was sent but not shown, or shown without timings, does not count', () => {
  const window = new TimeBudgetWindow();
  window.addPresented(presented(1));
  window.addTimings([timing(2)]);
  assert.equal(window.medians(), null);
});

test('only the newest presented frames are remembered', () => {
  const window = new TimeBudgetWindow();
  for (let i = 0; i < 1_000; i++) window.addPresented(presented(i));
  window.addTimings([timing(0)]);
  assert.equal(window.medians(), null);
  window.addTimings([timing(999)]);
  assert.notEqual(window.medians(), null);
});
