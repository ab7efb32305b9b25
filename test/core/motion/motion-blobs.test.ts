import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BlobFinder } from '../../../server/core/motion/motion-blobs.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const WIDTH = 20;
const HEIGHT = 16;

/** Rows of text, `#` for a cell that differs. */
function cellsOf(...rows: string[]): Uint8Array {
  const cells = new Uint8Array(WIDTH * HEIGHT);
  rows.forEach((row, y) => row.split('').forEach((mark, x) => mark === '#' && (cells[y * WIDTH + x] = 1)));
  return cells;
}

function block(left: number, top: number, width = 4, height = 4): Uint8Array {
  const cells = new Uint8Array(WIDTH * HEIGHT);
  for (let y = top; y < top + height; y++) cells.fill(1, y * WIDTH + left, y * WIDTH + left + width);
  return cells;
}

/** A square of `size` that has moved to the right. @returns since when it is there; the second picture is of 1001 */
function sinceAfter(size: number, moved: number): number | undefined {
  const finder = new BlobFinder(WIDTH, HEIGHT);
  finder.find(block(1, 2, size, size), 4, 1000);
  return finder.find(block(1 + moved, 2, size, size), 4, 1001)[0]?.sinceUs;
}

const sizes = (differs: Uint8Array): number[] =>
  new BlobFinder(WIDTH, HEIGHT).find(differs, 1, 1).map(({ cells }) => cells.length);

suite('blobs', () => {
  test('single cells and streaks one cell wide are not objects', () => {
    assert.deepEqual(sizes(cellsOf('', '  #       #', '          #', '     #    #', '          #')), []);
  });

  test('two separate objects are two blobs, an object with a hole is one', () => {
    const cells = cellsOf('', ' ####     ####', ' # ##     ####', ' ####     ####', ' ####     ####');
    assert.equal(sizes(cells).length, 2);
  });

  test('a blob below the minimum size is ignored', () => {
    const finder = new BlobFinder(WIDTH, HEIGHT);
    assert.equal(finder.find(block(5, 5, 3, 3), 30, 1).length, 0);
    assert.equal(finder.find(block(5, 5, 8, 8), 30, 1).length, 1);
  });

  test('a moving object keeps the time it was first seen', () => {
    const finder = new BlobFinder(WIDTH, HEIGHT);
    for (let step = 0; step < 6; step++) {
      const [blob] = finder.find(block(2 + 2 * step, 5), 4, 1000 + step);
      assert.equal(blob?.sinceUs, 1000);
    }
  });

  test('a large object may be farther away a picture later than a small one', () => {
    assert.deepEqual([sinceAfter(3, 2), sinceAfter(3, 5)], [1000, 1001]);
    assert.deepEqual([sinceAfter(8, 7), sinceAfter(8, 11)], [1000, 1001]);
  });

  test('an object that appears elsewhere, or again after a pause, is new', () => {
    const finder = new BlobFinder(WIDTH, HEIGHT);
    finder.find(block(2, 2), 4, 1000);
    assert.equal(finder.find(block(14, 10), 4, 1001)[0]?.sinceUs, 1001);
    finder.find(new Uint8Array(WIDTH * HEIGHT), 4, 1002);
    assert.equal(finder.find(block(14, 10), 4, 1003)[0]?.sinceUs, 1003);
  });

  test('whatever differs, every blob’s cells are within the picture, and in one blob only', () => {
    const { random, label } = seededRandom();
    const finder = new BlobFinder(WIDTH, HEIGHT);
    for (let round = 0; round < 200; round++) {
      const density = random();
      const differs = Uint8Array.from({ length: WIDTH * HEIGHT }, () => (random() < density ? 1 : 0));
      const cells = finder.find(differs, 1, round + 1).flatMap((blob) => blob.cells);
      assert.equal(new Set(cells).size, cells.length, label);
      assert.ok(
        cells.every((cell) => cell >= 0 && cell < WIDTH * HEIGHT),
        label,
      );
    }
  });
});
