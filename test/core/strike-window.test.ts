import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrikeWindow } from '../../server/core/strike-window.ts';

test('the maximum of failures within the window is too many', () => {
  const strikes = new StrikeWindow(3, 1000);
  assert.deepEqual(
    [0, 500, 999, 1000].map((us) => strikes.strike(us)),
    [false, false, true, true],
  );
});

test('failures older than the window are forgotten', () => {
  const strikes = new StrikeWindow(3, 1000);
  assert.deepEqual(
    [0, 600, 1200, 1800, 2400].map((us) => strikes.strike(us)),
    [false, false, false, false, false],
  );
});
