import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleWindow, percentiles } from '../../../client/live/sample-window.ts';

test('percentiles are of the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(percentiles(values), { p50: 50, p95: 95, count: 100 });
  assert.deepEqual(percentiles([7]), { p50: 7, p95: 7, count: 1 });
  assert.equal(percentiles([]), null);
});

test('samples count for as long as the window is', () => {
  const window = new SampleWindow(1_000);
  window.add(500, 0);
  window.add(10, 900);
  assert.equal(window.percentiles(1_000)?.p95, 500);
  assert.equal(window.percentiles(1_001)?.p95, 10);
  assert.equal(window.percentiles(5_000), null);
});

test('the rate is that of the gaps between samples', () => {
  const window = new SampleWindow(2_000);
  for (let atMs = 0; atMs <= 1_000; atMs += 40) window.add(0, atMs);
  assert.equal(window.ratePerSecond(1_000), 25);
  assert.equal(new SampleWindow().ratePerSecond(0), 0);
});

test('it never holds more than its bound', () => {
  const window = new SampleWindow(1_000_000);
  for (let i = 0; i < 5_000; i++) window.add(i, i);
  assert.equal(window.percentiles(5_000)?.count, 600);
});
