import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { RUNG_NAMES, rungBitrateBps, rungSize, rungsOf } from '../../../server/core/video/rungs.ts';
import { videoBitrateBps } from '../../../server/core/video/video-bitrate.ts';

const side = fc.integer({ min: 1, max: 2592 });
const names = (width: number, height: number) => rungsOf(width, height, 25).map(({ name }) => name);
const rate = fc.double({ min: 0.1, max: 120, noNaN: true });

suite('the rungs of a camera', () => {
  test('a VGA camera has four, each of its shape', () => {
    assert.deepEqual(
      rungsOf(640, 480, 25).map(({ name, width, height, bitrateBps }) => [name, width, height, bitrateBps]),
      [
        ['full', 640, 480, 950_000],
        ['large', 480, 360, 450_000],
        ['small', 320, 240, 180_000],
        ['tiny', 160, 120, 40_000],
      ],
    );
  });

  test('a wide or upright picture keeps its shape, and as many pixels', () => {
    assert.deepEqual(
      rungsOf(1280, 720, 25).map(({ width, height }) => `${width}×${height}`),
      ['1280×720', '554×312', '370×208', '184×104'],
    );
    assert.deepEqual(
      rungsOf(480, 640, 25).map(({ width, height }) => `${width}×${height}`),
      ['480×640', '360×480', '240×320', '120×160'],
    );
  });

  test('a small camera has fewer', () => {
    assert.deepEqual(names(400, 296), ['full', 'small', 'tiny']);
    assert.deepEqual(names(320, 240), ['full', 'tiny']);
    assert.deepEqual(names(160, 120), ['full']);
    assert.deepEqual(names(2592, 20), ['full'], 'a strip');
  });

  test('whatever the camera sends, each is smaller and cheaper than the one before it, with even sides', () => {
    fc.assert(
      fc.property(side, side, rate, (width, height, fps) => {
        const rungs = rungsOf(width, height, fps);
        assert.deepEqual(rungs[0], {
          name: 'full',
          width,
          height,
          bitrateBps: videoBitrateBps(width, height, fps),
        });
        for (const [index, rung] of rungs.entries()) {
          const before = rungs[index - 1];
          if (!before) continue;
          assert.ok(rung.width * rung.height <= 0.8 * before.width * before.height);
          assert.ok(rung.width <= before.width && rung.height <= before.height);
          assert.ok(rung.bitrateBps < before.bitrateBps);
          assert.ok(rung.width % 2 === 0 && rung.height % 2 === 0 && rung.width >= 16 && rung.height >= 16);
          // As near to the shape as even sides allow.
          assert.ok(Math.abs(rung.width - (rung.height * width) / height) <= 1 + width / height);
        }
      }),
    );
  });

  test('a rung that a camera does not have comes in the size of the camera, never enlarged', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RUNG_NAMES), side, side, (name, width, height) => {
        const offered = rungsOf(width, height, 25).find((rung) => rung.name === name);
        const { width: w, height: h } = offered ?? { width, height };
        assert.deepEqual(rungSize(name, { width, height }), { width: w, height: h });
      }),
    );
  });

  test('a slower camera takes fewer bits per second, and more per picture', () => {
    const size = { width: 320, height: 240 };
    assert.equal(rungBitrateBps('small', size, 25), 180_000);
    assert.equal(rungBitrateBps('small', size, 4), 72_000);
    assert.equal(rungBitrateBps('tiny', size, 0.1), 10_000);
  });

  test('a recording keeps the full picture at its bitrate, and no other rung', () => {
    const [full, large] = rungsOf(640, 480, 25, 600_000);
    assert.deepEqual([full?.bitrateBps, full?.heldBps], [950_000, 600_000]);
    assert.equal(large?.heldBps, undefined);
    assert.equal(rungsOf(640, 480, 25, 2_000_000)[0]?.bitrateBps, 2_000_000);
  });
});
