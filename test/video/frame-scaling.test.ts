import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { VigieError } from '../../server/errors.ts';
import { CodecError } from '../../server/ffmpeg/codec-error.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { scaleJpeg } from '../../server/video/jpeg-scaler.ts';
import { Transcoder, TRANSCODER_DEFAULTS } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { until } from '../support/until.ts';

Log.setLevel(AV_LOG_QUIET);

const TIMEOUT = { timeout: 30_000 };
const [vga = Buffer.alloc(0)] = jpegPictures({ width: 640, height: 480, count: 1 });

function frameOf(jpeg: Uint8Array): CameraFrame {
  return { cameraId: 'door', jpeg, width: 640, height: 480, captureUs: 0, receivedUs: 0 };
}

function setUp(t: TestContext, pool: Partial<typeof TRANSCODER_DEFAULTS.pool> = {}): Transcoder {
  const log = createLog('silent');
  const options = { pool: { ...TRANSCODER_DEFAULTS.pool, size: 1, ...pool } };
  const transcoder = new Transcoder(new FrameHub(log), log, options);
  t.after(() => transcoder.close());
  return transcoder;
}

test('a picture is scaled to the requested width, whatever part of it the decoder does', () => {
  for (const width of [639, 500, 321, 320, 319, 200, 160, 100, 80, 33, 16, 1]) {
    const scaled = scaleJpeg(vga, width);
    const height = Math.max(1, Math.round((width * 3) / 4));
    assert.deepEqual(inspectJpeg(scaled.data), { width, height });
    assert.deepEqual([scaled.width, scaled.height], [width, height]);
  }
});

test('a picture is never enlarged', () => {
  assert.deepEqual(inspectJpeg(scaleJpeg(vga, 2000).data), { width: 640, height: 480 });
});

/** The first value of each plane. */
function planes(bytes: Buffer): number[] {
  const decoder = new JpegDecoder();
  const { data } = decoder.decode(bytes);
  const values = (data ?? []).map(([first = 0]) => first);
  decoder.close();
  return values;
}

test('a scaled picture has the colours of the picture', () => {
  for (const plain of [
    [0, 128, 128],
    [255, 128, 128],
    [76, 85, 255],
    [29, 255, 107],
  ] as const) {
    const [jpeg = vga] = jpegPictures({ width: 64, height: 48, count: 1, plain });
    const expected = planes(jpeg);
    for (const width of [64, 40, 32, 16, 8])
      for (const [plane, value] of planes(scaleJpeg(jpeg, width).data).entries())
        assert.ok(Math.abs(value - (expected[plane] ?? 0)) <= 2, `${plain.join(' ')} at ${width}: ${value}`);
  }
});

test('a damaged picture cannot be scaled, at any width', () => {
  const end = Buffer.from('ffd9', 'hex');
  const damaged = [
    Buffer.alloc(0),
    Buffer.from('not a picture'),
    Buffer.from('ffd8ffd9', 'hex'),
    vga.subarray(0, 9000),
    Buffer.concat([vga.subarray(0, 9000), end]),
  ];
  for (const jpeg of damaged)
    for (const width of [600, 320, 160, 80]) assert.throws(() => scaleJpeg(jpeg, width), CodecError);
});

test('a picture is scaled in the codec process, also while that is still starting', TIMEOUT, async (t) => {
  const transcoder = setUp(t);
  const [small, smaller] = await Promise.all([
    transcoder.scaleFrame(frameOf(vga), 320),
    transcoder.scaleFrame(frameOf(vga), 160),
  ]);
  assert.deepEqual(inspectJpeg(small), { width: 320, height: 240 });
  assert.deepEqual(inspectJpeg(smaller), { width: 160, height: 120 });
});

test('a picture that the codec refuses is an error with the reason', TIMEOUT, async (t) => {
  const transcoder = setUp(t);
  const cut = Buffer.concat([vga.subarray(0, 9000), Buffer.from('ffd9', 'hex')]);
  await assert.rejects(transcoder.scaleFrame(frameOf(cut), 320), /JPEG: Invalid data/);
  assert.equal((await transcoder.scaleFrame(frameOf(vga), 320)).length > 0, true);
});

test('a closed transcoder refuses to scale', TIMEOUT, async (t) => {
  const transcoder = setUp(t);
  await until(() => transcoder.codecPids.length === 1);
  transcoder.close();
  await assert.rejects(
    transcoder.scaleFrame(frameOf(vga), 320),
    (error) => error instanceof VigieError && error.code === 'unavailable',
  );
});
