/** The size of the tiles on the wall of cameras. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, integer, property, record } from 'fast-check';
import { MIN_TILE_PX, TILE_ASPECT, wallLayout } from '../../../client/cameras/wall-layout.ts';

const WINDOWS = record({
  width: integer({ min: 600, max: 4000 }),
  height: integer({ min: 160, max: 2400 }),
  gap: integer({ min: 0, max: 24 }),
});
const COUNTS = integer({ min: 1, max: 60 });

test('no other number of columns shows all cameras at once in larger tiles', () => {
  assertProperty(
    property(COUNTS, WINDOWS, (count, space) => {
      const { tileWidth } = wallLayout(count, space);
      for (let columns = 1; columns <= count; columns++) {
        const rows = Math.ceil(count / columns);
        const fits = (width: number): boolean =>
          columns * width + (columns - 1) * space.gap <= space.width &&
          (rows * width) / TILE_ASPECT + (rows - 1) * space.gap <= space.height;
        assert.ok(!fits(tileWidth + 1), `${columns} columns have room for ${tileWidth + 1} px`);
      }
    }),
  );
});

test('the rows of a layout are never wider than the page', () => {
  assertProperty(
    property(COUNTS, WINDOWS, (count, space) => {
      const { columns, tileWidth } = wallLayout(count, space);
      assert.ok(columns * tileWidth + (columns - 1) * space.gap <= space.width);
      assert.ok(columns >= 1 && columns <= count);
    }),
  );
});

test('a tile is not narrower than its words need: the page is scrolled instead', () => {
  const space = { width: 700, height: 300, gap: 12 };
  const { columns, tileWidth } = wallLayout(40, space);
  assert.equal(columns, 4);
  assert.ok(tileWidth >= MIN_TILE_PX);
});

test('four cameras stand two by two in a wide window', () => {
  assert.equal(wallLayout(4, { width: 1240, height: 640, gap: 12 }).columns, 2);
});

test('a phone shows up to three cameras below each other, and more in two columns', () => {
  const phone = { width: 336, height: 520, gap: 8 };
  assert.deepEqual(
    [1, 2, 3, 4, 10].map((count) => wallLayout(count, phone).columns),
    [1, 1, 1, 2, 2],
  );
  assert.deepEqual(wallLayout(4, phone), { columns: 2, tileWidth: 164 });
});
