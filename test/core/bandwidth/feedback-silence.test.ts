import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedbackSilence } from '../../../server/core/bandwidth/feedback-silence.ts';

const FRAME_US = 40_000;

/** Frames for this time. @returns when less should be sent, ms after the first one */
function cuts(silence: FeedbackSilence, fromUs: number, seconds: number): number[] {
  const found: number[] = [];
  for (let us = 0; us < seconds * 1_000_000; us += FRAME_US)
    if (silence.sent(fromUs + us)) found.push(us / 1000);
  return found;
}

test('after a second without feedback less is sent, and again each half second', () => {
  assert.deepEqual(cuts(new FeedbackSilence(), 0, 2.2), [1040, 1560, 2080]);
});

test('a pause whose last feedback got lost is no silence', () => {
  const silence = new FeedbackSilence();
  cuts(silence, 0, 0.2);
  assert.deepEqual(cuts(silence, 60_000_000, 0.6), []);
  silence.end();
  assert.equal(silence.isAwaited, false);
  assert.deepEqual(cuts(silence, 61_000_000, 1), []);
});
