import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { PicturesOnce } from '../../../server/core/recording/pictures-once.ts';
import type { EncodedFrame } from '../../../server/core/video/encoded-frame.ts';

function frame(captureUs: number, keyframe: boolean, repeated = false): EncodedFrame {
  const times = { captureUs, receivedUs: 0, decodeStartUs: 0, decodedUs: 0, encodedUs: 0 };
  const picture = { data: Buffer.alloc(1), keyframe, repeated, width: 320, height: 240 };
  return { cameraId: 'cam_1', rung: 'full', layer: undefined, ...picture, timestamp90k: 0, ...times };
}

suite('pictures that are recorded once', () => {
  test('a picture that is held gives way to a keyframe of itself', () => {
    const pictures = new PicturesOnce();
    const again = frame(2, true, true);
    assert.deepEqual(pictures.offer(frame(1, true), true), { verdict: 'new', ready: undefined });
    pictures.offer(frame(2, false), true);
    assert.deepEqual(pictures.offer(again, true), { verdict: 'again' });
    assert.deepEqual(pictures.offer(frame(3, false), true), { verdict: 'new', ready: again });
  });

  test('after a keyframe of a picture that was released nothing is taken until the next keyframe', () => {
    const pictures = new PicturesOnce();
    pictures.offer(frame(1, true), true);
    pictures.release();
    assert.deepEqual(pictures.offer(frame(1, true, true), true), { verdict: 'lost' });
    assert.deepEqual(pictures.offer(frame(2, false), true), { verdict: 'lost' });
    assert.deepEqual(pictures.offer(frame(3, true), true), { verdict: 'new', ready: undefined });
  });

  test('a picture that is not wanted is not taken later either', () => {
    const pictures = new PicturesOnce();
    assert.deepEqual(pictures.offer(frame(1, true), false), { verdict: 'lost' });
    assert.deepEqual(pictures.offer(frame(1, true, true), true), { verdict: 'lost' });
  });

  test('the newest picture is known by when it was taken, held, released or not wanted', () => {
    const pictures = new PicturesOnce();
    assert.equal(pictures.lastMs, 0);
    pictures.offer(frame(1_234_567, true), true);
    assert.equal(pictures.lastMs, 1_234);
    pictures.release();
    assert.equal(pictures.lastMs, 1_234);
    pictures.offer(frame(2_000_000, true), false);
    assert.equal(pictures.lastMs, 2_000);
    pictures.pass(frame(3_000_000, true));
    assert.equal(pictures.lastMs, 3_000);
  });

  test('whatever is repeated, each picture comes once, in order, and what it depends on has come before', () => {
    const step = fc.oneof(fc.constantFrom('key', 'delta', 'again', 'release' as const));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const pictures = new PicturesOnce();
        const written: EncodedFrame[] = [];
        /** The frame that each frame depends on: the one encoded before it. */
        const before = new Map<EncodedFrame, EncodedFrame | undefined>();
        let last: EncodedFrame | undefined;
        let captureUs = 0;
        const write = (each: EncodedFrame | undefined): void => {
          if (each) written.push(each);
        };
        for (const each of steps) {
          if (each === 'release') {
            write(pictures.release());
            continue;
          }
          if (each !== 'again' || !last) captureUs++;
          const next = frame(captureUs, each !== 'delta' || !last, each === 'again');
          before.set(next, last);
          last = next;
          const offered = pictures.offer(next, true);
          if (offered.verdict === 'new') write(offered.ready);
        }
        write(pictures.release());
        const times = written.map((each) => each.captureUs);
        assert.deepEqual(
          times,
          [...new Set(times)].toSorted((a, b) => a - b),
        );
        for (const [index, each] of written.entries())
          assert.ok(each.keyframe || before.get(each) === written[index - 1]);
      }),
    );
  });
});
