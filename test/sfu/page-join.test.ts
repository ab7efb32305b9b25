/**
 * Tests a page of cameras on its line in the first seconds. VIGIE_TEST_SEED tries other random
 * numbers.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import { SimulatedPage } from '../support/simulated-page.ts';
import type { Second } from '../support/simulated-viewer.ts';
import type { LinkSettings } from '../support/simulated-link.ts';

function page(cameras: number, link: Partial<LinkSettings>): SimulatedPage {
  const seed = Number(process.env['VIGIE_TEST_SEED'] ?? 1);
  return new SimulatedPage(randomSequence(seed), link, cameras);
}

for (const cameras of [1, 4, 9]) {
  for (const rateBps of [Infinity, 100_000_000])
    test(`over a line of ${rateBps / 1_000_000} Mbit/s, ${cameras} cameras are sent whole from the first picture on`, () => {
      const wide = page(cameras, { rateBps, delayMs: 1 }).run(8);
      for (const { rungs, allocation } of wide.cameras) {
        assert.deepEqual(rungs, ['full']);
        assert.equal(allocation?.limitBps, undefined);
      }
      assert.ok(wide.heldMs < 200, `a keyframe waited ${wide.heldMs} ms`);
    });

  test(`over 1.5 Mbit/s, ${cameras} cameras settle within two seconds on what it carries`, () => {
    const narrow = page(cameras, { rateBps: 1_500_000, delayMs: 20 }).run(20);
    for (const { sentBps } of narrow.seconds.slice(2)) assert.ok(sentBps <= 1.2 * 1_500_000, String(sentBps));
    const lost = narrow.last(17).reduce((sum, second) => sum + second.lost, 0);
    assert.ok(lost < 20, `${lost} packets lost`);
    if (cameras > 1) assert.ok(narrow.cameras.every(({ rungs }) => rungs.at(-1) !== 'full'));
  });
}

for (const cameras of [4, 9, 16])
  for (const mbps of [2.5, 4, 6, 8, 12])
    for (const joining of [cameras, cameras - 1])
      test(`a line of ${mbps} Mbit/s is known within three seconds where ${joining} of ${cameras} cameras join at once`, () => {
        const narrow = page(joining < cameras ? 1 : cameras, { rateBps: mbps * 1_000_000, delayMs: 20 });
        if (joining < cameras) {
          narrow.run(5);
          narrow.join(joining);
        }
        const { length } = narrow.seconds;
        narrow.run(20);
        const [first, ...seconds] = narrow.seconds.slice(length);
        // Before anything is known of the line, one burst is sent into it.
        assert.ok((first?.lost ?? 0) < 85, `${first?.lost} packets lost in the first second`);
        const leastBps = 0.65 * Math.min(mbps * 1_000_000, narrow.estimator.wantedBps);
        for (const { targetBps } of seconds.slice(2)) assert.ok(targetBps > leastBps, String(targetBps));
      });

for (const kbps of [200, 300, 400, 500, 600, 700])
  test(`a line that narrows to ${kbps} kbit/s is used to three quarters and more after three seconds, and no keyframe overruns it`, () => {
    // When the line is tried decides much: the mean of several.
    const seconds = [5, 10, 20, 40].flatMap((delayMs) => {
      const narrow = page(1, { rateBps: 5_000_000, delayMs }).run(6);
      narrow.link.settings.rateBps = kbps * 1000;
      return narrow.run(30).last(27);
    });
    const mean = (of: (second: Second) => number): number =>
      seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length;
    const arrivedBps = mean((second) => second.arrivedBps);
    assert.ok(arrivedBps > 0.765 * kbps * 1000, String(arrivedBps));
    const lost = 27 * mean((second) => second.lost);
    assert.ok(lost <= 8, `${lost} packets lost`);
  });

test('cameras that are added to a page on a wide line are sent whole at once, and lower none', () => {
  const wide = page(1, { rateBps: 100_000_000, delayMs: 1 }).run(3);
  wide.join(8);
  wide.run(5);
  for (const { rungs } of wide.cameras) assert.deepEqual(rungs, ['full']);
});
