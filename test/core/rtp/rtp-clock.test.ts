import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp90kAt, VideoTimestamps } from '../../../server/core/rtp/rtp-clock.ts';

const WRAP_US = 2 ** 32 / 0.09;
/** RFC 1982: whether `b` is newer than `a` on a clock that wraps. */
const newer = (a: number, b: number) => a !== b && (b - a + 2 ** 32) % 2 ** 32 < 2 ** 31;

test('a timestamp is the capture time on the RTP clock', () => {
  const captureUs = 1_795_438_012_514_123;
  assert.equal(new VideoTimestamps().next(captureUs), timestamp90kAt(captureUs));
});

test('the same picture again comes one tick later, also across the wrap', () => {
  const timestamps = new VideoTimestamps();
  const captureUs = Math.ceil((2 ** 32 - 1) / 0.09);
  assert.equal(timestamps.next(captureUs), 2 ** 32 - 1);
  assert.equal(timestamps.next(captureUs), 0);
  assert.equal(timestamps.next(captureUs), 1);
});

test('timestamps always increase, over the wrap and under a clock that jumps back and forth', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const timestamps = new VideoTimestamps();
    let captureUs = WRAP_US * seed - 2_000_000;
    let state = seed;
    let last = timestamps.next(captureUs);
    for (let frame = 0; frame < 200; frame++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      captureUs += (state % 60_000) - 10_000;
      const next = timestamps.next(captureUs);
      assert.ok(Number.isInteger(next) && next >= 0 && next < 2 ** 32, `seed ${seed}`);
      assert.ok(newer(last, next), `seed ${seed}, frame ${frame}: ${last} then ${next}`);
      last = next;
    }
  }
});
