import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  drawTimeCode,
  readTimeCode,
  timeCodeDifferenceUs,
  timeCodeLayout,
  timeCodeOf,
} from '../../server/wire/time-code.ts';

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/time-code.json', import.meta.url), 'utf8'),
) as { cases: { timeUs: number; code: number; bits: string }[] };

const SIZES = [
  [160, 120],
  [320, 240],
  [400, 296],
  [640, 480],
  [1280, 720],
  [1600, 1200],
  [333, 221],
] as const;

function drawn(
  width: number,
  height: number,
  timeUs: number,
): { luma: Uint8Array; at: (x: number, y: number) => number } {
  const luma = new Uint8Array(width * height).fill(128);
  drawTimeCode(luma, width, width, height, timeUs);
  return { luma, at: (x, y) => luma[y * width + x] ?? 0 };
}

suite('time code', () => {
  for (const { timeUs, code, bits } of cases) {
    test(`${timeUs} µs is drawn as the golden blocks`, () => {
      assert.equal(timeCodeOf(timeUs), code);
      const { at } = drawn(640, 480, timeUs);
      const seen = timeCodeLayout(640, 480).map(({ x, y }) => (at(x, y) > 116 ? 1 : 0));
      assert.equal(seen.join(''), bits);
    });
  }

  for (const [width, height] of SIZES) {
    test(`a time drawn into ${width}×${height} is read back`, () => {
      for (const { timeUs, code } of cases)
        assert.equal(readTimeCode(drawn(width, height, timeUs).at, width, height), code);
    });

    test(`its blocks cover the lowest rows of ${width}×${height} without a gap or an overlap`, () => {
      const covered = new Uint8Array(width * height);
      const layout = timeCodeLayout(width, height);
      for (const block of layout)
        for (let y = block.y; y < block.y + block.height; y++)
          for (let x = block.x; x < block.x + block.width; x++)
            covered[y * width + x] = (covered[y * width + x] ?? 0) + 1;
      const top = layout[0]?.y ?? 0;
      assert.ok(covered.subarray(0, top * width).every((count) => count === 0));
      assert.ok(covered.subarray(top * width).every((count) => count === 1));
    });
  }

  test('one wrong block is detected', () => {
    for (const block of timeCodeLayout(640, 480)) {
      const { luma, at } = drawn(640, 480, 1_795_439_105_000_000);
      for (let y = block.y; y < block.y + block.height; y++)
        for (let x = block.x; x < block.x + block.width; x++)
          luma[y * 640 + x] = 232 - (luma[y * 640 + x] ?? 0);
      assert.equal(readTimeCode(at, 640, 480), undefined);
    }
  });

  for (const [name, luma] of [
    ['black', 0],
    ['white', 255],
    ['grey', 116],
  ] as const) {
    test(`an all ${name} picture has no valid time code`, () => {
      assert.equal(
        readTimeCode(() => luma, 640, 480),
        undefined,
      );
    });
  }

  test('differences are right across the wrap', () => {
    assert.equal(timeCodeDifferenceUs(5, 2 ** 32 - 5), 1000);
    assert.equal(timeCodeDifferenceUs(2 ** 32 - 5, 5), -1000);
    assert.equal(timeCodeDifferenceUs(42, 42), 0);
  });
});
