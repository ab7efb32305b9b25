import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  frameSizeName,
  pixelsOf,
  uplinkRungs,
  USUAL_SETTINGS,
} from '../../../server/core/link/uplink-rungs.ts';
import { FRAME_SIZES, type FrameSizeName } from '../../../server/wire/camera-settings.ts';

const SETTINGS = ['jpegQuality', 'frameSize', 'maxFps'] as const;

test('each rung lowers one setting, in order, and none asks for more than is wanted', () => {
  for (const frameSize of [...(Object.keys(FRAME_SIZES) as FrameSizeName[]), undefined]) {
    for (const jpegQuality of [4, 12, 40, 47, 48, 63]) {
      for (const maxFps of [1, 5, 12, 25, 60]) {
        const wanted = { jpegQuality, frameSize, maxFps };
        const rungs = uplinkRungs(wanted);
        assert.deepEqual(
          SETTINGS.map((name) => rungs[0]?.[name]),
          SETTINGS.map((name) => wanted[name]),
        );
        for (const [i, rung] of rungs.entries()) {
          const above = rungs[i - 1];
          if (!above) continue;
          assert.deepEqual(
            SETTINGS.filter((name) => rung[name] !== above[name]),
            [rung.lowers],
          );
          assert.ok(rung.jpegQuality >= above.jpegQuality && rung.maxFps <= above.maxFps);
          assert.ok(pixelsOf(rung) <= pixelsOf(above) && rung.bytes <= above.bytes);
        }
        const order = rungs.slice(1).map(({ lowers }) => SETTINGS.indexOf(lowers ?? 'maxFps'));
        assert.deepEqual(order, order.toSorted());
      }
    }
  }
});

test('smaller pictures keep their shape where there are such sizes', () => {
  const sizes = (frameSize: FrameSizeName) => [
    ...new Set(uplinkRungs({ ...USUAL_SETTINGS, frameSize }).map((rung) => rung.frameSize)),
  ];
  assert.deepEqual(sizes('VGA'), ['VGA', 'CIF', 'QVGA', 'HQVGA', 'QQVGA']);
  assert.equal(sizes('HD')[1], 'XGA', 'no smaller size has its shape');
});

test('a picture of a size without a name keeps it', () => {
  assert.equal(frameSizeName(640, 480), 'VGA');
  assert.equal(frameSizeName(642, 480), undefined);
  assert.ok(
    uplinkRungs({ ...USUAL_SETTINGS, frameSize: undefined }).every((rung) => rung.frameSize === undefined),
  );
});

test('a setting that a camera keeps is on no rung', () => {
  const rungs = uplinkRungs(USUAL_SETTINGS, new Set(['jpegQuality', 'maxFps'] as const));
  assert.deepEqual([...new Set(rungs.slice(1).map(({ lowers }) => lowers))], ['frameSize']);
});
