import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, double, integer, oneof, property, record } from 'fast-check';
import { MAX_SCALE, panned, WHOLE, zoomed, type ZoomView } from '../../../client/live/zoom-view.ts';

const FRAME = { width: 640, height: 480 };

test('the point under the pointer stays where it is', () => {
  const view = zoomed(WHOLE, 2, { x: 320, y: 120 }, FRAME);
  assert.deepEqual(view, { scale: 2, x: -320, y: -120 });
  const [x, y] = [(320 - view.x) / view.scale, (120 - view.y) / view.scale];
  assert.deepEqual([x, y], [320, 120]);
});

test('reduced as far as it goes, the whole picture is shown', () =>
  assert.deepEqual(zoomed({ scale: 3, x: -500, y: -30 }, 0.1, { x: 0, y: 0 }, FRAME), WHOLE));

test('at any scale, and wherever it is moved, the picture covers its frame', () => {
  const at = record({ x: integer({ min: 0, max: 640 }), y: integer({ min: 0, max: 480 }) });
  const step = oneof(
    record({ factor: double({ min: 0.2, max: 5, noNaN: true }), at }),
    record({ dx: integer({ min: -2_000, max: 2_000 }), dy: integer({ min: -2_000, max: 2_000 }) }),
  );
  holds(
    property(array(step, { maxLength: 20 }), (steps) => {
      let view: ZoomView = WHOLE;
      for (const each of steps)
        view =
          'factor' in each
            ? zoomed(view, each.factor, each.at, FRAME)
            : panned(view, each.dx, each.dy, FRAME);
      const { scale, x, y } = view;
      assert.ok(scale >= 1 && scale <= MAX_SCALE);
      assert.ok(x <= 0 && x + 640 * scale >= 640 - 1e-6 && y <= 0 && y + 480 * scale >= 480 - 1e-6);
    }),
  );
});
