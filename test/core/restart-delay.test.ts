import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartDelay } from '../../server/core/restart-delay.ts';

const OPTIONS = { restartDelayMs: 100, maxRestartDelayMs: 10_000, provenAfterMs: 30_000 };

/** @returns the delays after runs of these lengths in ms, each begun after the delay */
function delaysAfter(runs: readonly number[]): number[] {
  const delay = new RestartDelay(OPTIONS);
  let nowMs = 0;
  return runs.map((runMs) => {
    delay.started(nowMs * 1000);
    const delayMs = delay.died((nowMs + runMs) * 1000);
    nowMs += runMs + delayMs;
    return delayMs;
  });
}

test('a process that keeps dying is restarted at growing delays, up to the bound', () => {
  assert.deepEqual(
    delaysAfter(Array.from({ length: 9 }, () => 200)),
    [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000],
  );
});

test('a long enough run resets the delays', () => {
  assert.deepEqual(delaysAfter([0, 0, 29_999, 30_000, 0]), [100, 200, 400, 100, 200]);
});
