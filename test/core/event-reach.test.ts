import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventReach } from '../../server/core/recording/event-reach.ts';

const MINUTE_MS = 60_000;

test('events reach back to the start of the earliest that goes on, or ended within ten minutes', () => {
  const reach = new EventReach();
  assert.equal(reach.sinceMs(0), undefined);
  reach.start('long', MINUTE_MS);
  reach.start('short', 50 * MINUTE_MS);
  reach.end('short', 51 * MINUTE_MS);
  reach.end('unknown', 52 * MINUTE_MS);
  assert.equal(reach.sinceMs(60 * MINUTE_MS), MINUTE_MS);
  reach.end('long', 60 * MINUTE_MS);
  assert.equal(reach.sinceMs(70 * MINUTE_MS), MINUTE_MS);
  assert.equal(reach.sinceMs(70 * MINUTE_MS + 1), undefined);
});
