import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BulkWindow, MAX_BYTES, MIN_BYTES, TARGET_US } from '../../../server/core/edges/bulk-window.ts';
import { MARK_INTERVAL_US, MAX_WAIT_US, PublishWindow } from '../../../server/core/edges/publish-window.ts';

/** Fills the window, and confirms all of it. @returns how much that was */
function roundTrip(window: BulkWindow, waitedUs: number): number {
  let sent = 0;
  while (window.hasRoom(MIN_BYTES)) {
    window.sent(MIN_BYTES);
    sent += MIN_BYTES;
  }
  window.confirmed(sent, waitedUs);
  return sent;
}

suite('the window of downloads', () => {
  test('grows while round trips are short, up to a limit', () => {
    const window = new BulkWindow();
    let before = 0;
    for (let trips = 0; trips < 3; trips++) {
      const sent = roundTrip(window, 0);
      assert.ok(sent > before, `${sent} after ${before}`);
      before = sent;
    }
    for (let trips = 0; trips < 100; trips++) roundTrip(window, 0);
    assert.equal(roundTrip(window, 0), MAX_BYTES);
  });

  test('gives way to a queue, faster to a long one, and one message always goes', () => {
    const [slow, fast] = [new BulkWindow(), new BulkWindow()];
    for (const window of [slow, fast]) for (let trips = 0; trips < 100; trips++) roundTrip(window, 0);
    roundTrip(slow, TARGET_US + 1);
    roundTrip(fast, 2 * TARGET_US + 1);
    assert.equal(roundTrip(slow, 0), MAX_BYTES - MIN_BYTES);
    assert.equal(roundTrip(fast, 0), MAX_BYTES / 2);
    for (let trips = 0; trips < 100; trips++) roundTrip(fast, 10 * TARGET_US);
    assert.equal(roundTrip(fast, 10 * TARGET_US), MIN_BYTES);
    fast.sent(2 * MAX_BYTES);
    assert.equal(fast.hasRoom(1), false);
    fast.confirmed(2 * MAX_BYTES, 0);
    assert.equal(fast.hasRoom(2 * MAX_BYTES), true, 'alone, any message goes');
  });

  test('does not grow while little is sent', () => {
    const window = new BulkWindow();
    for (let trips = 0; trips < 100; trips++) {
      window.sent(100);
      window.confirmed(100, 0);
    }
    assert.equal(roundTrip(window, 0), 4 * MIN_BYTES);
  });

  test('gives way before video is left out, and needs no video to be confirmed', () => {
    assert.ok(2 * TARGET_US < MAX_WAIT_US / 2);
    const window = new PublishWindow();
    assert.equal(window.hasUnmarked, false);
    window.publishedBulk(MIN_BYTES);
    assert.deepEqual([window.hasUnmarked, window.mark(0)], [true, true]);
    assert.equal(window.bulk.bytes, MIN_BYTES);
    window.confirmed(MARK_INTERVAL_US);
    assert.equal(window.bulk.bytes, 0);
    window.publishedBulk(MIN_BYTES);
    window.reset();
    assert.deepEqual([window.hasUnmarked, window.bulk.bytes], [false, 0]);
  });
});
