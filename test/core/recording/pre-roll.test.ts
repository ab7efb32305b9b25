import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CameraFrame } from '../../../server/core/video/camera-frame.ts';
import { PreRoll } from '../../../server/core/recording/pre-roll.ts';

function frameAt(ms: number, bytes = 100): CameraFrame {
  const captureUs = ms * 1000;
  return {
    cameraId: 'cam_1',
    jpeg: new Uint8Array(bytes),
    width: 8,
    height: 8,
    captureUs,
    receivedUs: captureUs,
  };
}

const times = (frames: readonly CameraFrame[]): number[] => frames.map(({ captureUs }) => captureUs / 1000);

suite('pre-roll', () => {
  test('keeps the newest of its time', () => {
    const preRoll = new PreRoll({ maxMs: 1_000, maxBytes: 1e9, maxFps: 25 });
    for (let ms = 0; ms <= 3_000; ms += 500) preRoll.add(frameAt(ms));
    assert.deepEqual(times(preRoll.take()), [2_000, 2_500, 3_000]);
    assert.deepEqual([preRoll.take(), preRoll.bytes], [[], 0]);
  });

  test('never holds more bytes than it may, however large one picture is', () => {
    const preRoll = new PreRoll({ maxMs: 10_000, maxBytes: 1_000, maxFps: 25 });
    for (let ms = 0; ms < 5_000; ms += 100) {
      preRoll.add(frameAt(ms, ms % 700 === 0 ? 900 : 300));
      assert.ok(preRoll.bytes <= 1_000);
    }
    preRoll.add(frameAt(6_000, 2_000));
    assert.deepEqual([preRoll.take(), preRoll.bytes], [[], 0]);
  });

  test('leaves out what comes faster than the recording goes', () => {
    const preRoll = new PreRoll({ maxMs: 10_000, maxBytes: 1e9, maxFps: 10 });
    for (let ms = 0; ms < 1_000; ms += 40) preRoll.add(frameAt(ms));
    const kept = preRoll.take().length;
    assert.ok(kept >= 8 && kept <= 13, `${kept}`);
  });
});
