import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  frameSizeName,
  pixelsOf,
  uplinkLevels,
  USUAL_SETTINGS,
} from '../../../server/core/link/uplink-levels.ts';
import { FRAME_SIZES, type FrameSizeName } from '../../../server/wire/camera-settings.ts';

const SETTINGS = ['jpegQuality', 'frameSize', 'maxFps'] as const;

function sizes(frameSize: FrameSizeName): unknown[] {
  return [...new Set(uplinkLevels({ ...USUAL_SETTINGS, frameSize }).map((level) => level.frameSize))];
}

test('each level lowers one setting, in order, and none asks for more than is wanted', () => {
  for (const frameSize of [...(Object.keys(FRAME_SIZES) as FrameSizeName[]), undefined]) {
    for (const jpegQuality of [4, 12, 40, 47, 48, 63]) {
      for (const maxFps of [1, 5, 12, 25, 60]) {
        const wanted = { jpegQuality, frameSize, maxFps };
        const levels = uplinkLevels(wanted);
        assert.deepEqual(
          SETTINGS.map((name) => levels[0]?.[name]),
          SETTINGS.map((name) => wanted[name]),
        );
        for (const [i, level] of levels.entries()) {
          const above = levels[i - 1];
          if (!above) continue;
          assert.deepEqual(
            SETTINGS.filter((name) => level[name] !== above[name]),
            [level.lowers],
          );
          assert.ok(level.jpegQuality >= above.jpegQuality && level.maxFps <= above.maxFps);
          assert.ok(pixelsOf(level) <= pixelsOf(above) && level.bytes <= above.bytes);
        }
        const order = levels.slice(1).map(({ lowers }) => SETTINGS.indexOf(lowers ?? 'maxFps'));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
      }
    }
  }
});

test('smaller pictures keep their shape where there are such sizes', () => {
  assert.deepEqual(sizes('VGA'), ['VGA', 'CIF', 'QVGA', 'HQVGA', 'QQVGA']);
  assert.equal(sizes('HD')[1], 'XGA', 'no smaller size has its shape');
});

test('a picture of a size without a name keeps it', () => {
  assert.equal(frameSizeName(640, 480), 'VGA');
  assert.equal(frameSizeName(642, 480), undefined);
  assert.ok(
    uplinkLevels({ ...USUAL_SETTINGS, frameSize: undefined }).every((level) => level.frameSize === undefined),
  );
});

test('a setting that a camera keeps is on no level', () => {
  const levels = uplinkLevels(USUAL_SETTINGS, new Set(['jpegQuality', 'maxFps'] as const));
  assert.deepEqual([...new Set(levels.slice(1).map(({ lowers }) => lowers))], ['frameSize']);
});
