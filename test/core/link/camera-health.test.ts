import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraHealth } from '../../../server/core/link/camera-health.ts';

const MAX_EVENTS = 64;

test('memory is bounded, however many attempts are made', () => {
  const health = new CameraHealth();
  for (let knock = 0; knock < 10_000; knock++) {
    health.onKeyRejected(1);
    health.onReplaced(1);
    health.onRefused('damaged', 1, 1);
  }
  const { keyRejections, replacements, refused } = health.facts(1);
  assert.deepEqual([keyRejections, replacements, refused.damaged], [MAX_EVENTS, MAX_EVENTS, MAX_EVENTS]);
});
