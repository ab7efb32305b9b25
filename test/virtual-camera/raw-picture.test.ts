import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RawPicture, toYCbCr } from '../../server/virtual-camera/raw-picture.ts';

const LIGHT = { y: 200, cb: 60, cr: 190 };

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.6, `${actual} instead of ${expected}`);
}

suite('raw picture', () => {
  for (const [mirror, flip, luma, cb] of [
    [false, false, [1, 2, 3, 4, 5, 6], [1, 2, 3]],
    [true, false, [2, 1, 4, 3, 5, 6], [1, 2, 3]],
    [false, true, [3, 4, 1, 2, 5, 6], [2, 1, 3]],
    [true, true, [4, 3, 2, 1, 5, 6], [2, 1, 3]],
  ] as const) {
    test(`with mirror ${mirror} and flip ${flip}, the rows below stay unchanged`, () => {
      const picture = new RawPicture(2, 3);
      picture.luma.set([1, 2, 3, 4, 5, 6]);
      picture.cb.set([1, 2, 3]);
      picture.turn(2, { mirror, flip });
      assert.deepEqual([...picture.luma], luma);
      assert.deepEqual([...picture.cb], cb);
    });
  }

  test('colours follow JFIF', () => {
    for (const [rgb, expected] of [
      [
        [0, 0, 0],
        [0, 128, 128],
      ],
      [
        [255, 255, 255],
        [255, 128, 128],
      ],
      [
        [255, 0, 0],
        [76.2, 85, 255.5],
      ],
      [
        [0, 255, 0],
        [149.7, 43.5, 21.2],
      ],
      [
        [0, 0, 255],
        [29.1, 255.5, 107.3],
      ],
    ] as const) {
      const { y, cb, cr } = toYCbCr(rgb[0], rgb[1], rgb[2]);
      near(y, expected[0]);
      near(cb, expected[1]);
      near(cr, expected[2]);
    }
  });

  test('its planes are contiguous, the chroma half as wide', () => {
    const picture = new RawPicture(8, 4);
    picture.luma.fill(1);
    picture.cb.fill(2);
    picture.cr.fill(3);
    assert.equal(picture.bytes.toString('hex'), '01'.repeat(32) + '02'.repeat(16) + '03'.repeat(16));
  });

  test('a span covers its end pixels in part', () => {
    const picture = new RawPicture(8, 1);
    picture.fillSpan(0, 1.25, 4.5, LIGHT);
    assert.deepEqual([...picture.luma], [0, 150, 200, 200, 100, 0, 0, 0]);
  });

  test('a rectangle is filled to its corners', () => {
    const picture = new RawPicture(8, 4);
    const corners = [
      { x: 2, y: 1 },
      { x: 6, y: 1 },
      { x: 6, y: 3 },
      { x: 2, y: 3 },
    ];
    picture.fillConvex(corners, LIGHT);
    const rows = [0, 1, 2, 3].map((y) =>
      [...picture.luma.subarray(8 * y, 8 * y + 8)].map((v) => (v > 0 ? '#' : '.')).join(''),
    );
    assert.deepEqual(rows, ['........', '..####..', '..####..', '........']);
    assert.deepEqual([...picture.cb.subarray(4, 8)], [0, 60, 60, 0]);
  });

  test('parts outside are clipped', () => {
    const picture = new RawPicture(4, 4);
    picture.lighten(-1, 0, 9);
    picture.lighten(4, 0, 9);
    picture.lighten(0, 4, 9);
    picture.blend(2, -1, LIGHT, 1);
    picture.fillSpan(9, 0, 4, LIGHT);
    picture.fillConvex(
      [
        { x: -9, y: -9 },
        { x: -1, y: -9 },
        { x: -1, y: -1 },
      ],
      LIGHT,
    );
    assert.ok(picture.bytes.every((byte) => byte === 0));
  });

  test('brightness is limited to 255', () => {
    const picture = new RawPicture(2, 1);
    picture.lighten(0, 0, 250);
    picture.lighten(0, 0, 250);
    assert.equal(picture.luma[0], 255);
  });
});
