import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RowFlicker } from '../../../server/core/motion/row-flicker.ts';
import { VIEW_HEIGHT, VIEW_WIDTH, wall } from '../../support/synthetic-view.ts';

const expected = Float32Array.from(wall());

function fit(picture: Uint8Array): Float32Array {
  const factors = new Float32Array(VIEW_HEIGHT);
  new RowFlicker().fit(expected, picture, VIEW_WIDTH, factors);
  return factors;
}

const truth = (row: number): number => 1 + 0.15 * Math.sin(row / 5);

suite('row flicker', () => {
  test('each row’s factor is found, also behind an object that covers a third of it', () => {
    const picture = Uint8Array.from(expected, (luma, cell) =>
      cell % VIEW_WIDTH < VIEW_WIDTH / 3 ? 0 : Math.round(luma * truth(Math.floor(cell / VIEW_WIDTH))),
    );
    fit(picture).forEach((factor, row) =>
      assert.ok(Math.abs(factor - truth(row)) < 0.03, `row ${row}: ${factor}`),
    );
  });

  test('clipped cells do not pull a row’s factor down', () => {
    // Two thirds of the row would be 276, and show 255.
    const row = Float32Array.from({ length: 90 }, (_, cell) => (cell % 3 === 0 ? 100 : 230));
    const picture = Uint8Array.from(row, (luma) => Math.min(255, Math.round(luma * 1.2)));
    const factors = new Float32Array(1);
    new RowFlicker().fit(row, picture, 90, factors);
    assert.ok(Math.abs((factors[0] ?? 0) - 1.2) < 0.02, `${factors[0]}`);
  });

  test('a row too dark for an estimate stays unchanged', () => {
    const factors = new Float32Array(1);
    new RowFlicker().fit(new Float32Array(80).fill(5), new Uint8Array(80).fill(9), 80, factors);
    assert.equal(factors[0], 1);
  });
});
