import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AV_CODEC_ID_VP8, AV_LOG_QUIET, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Log, Rational } from 'node-av/lib';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { CodecError } from '../../server/ffmpeg/codec-error.ts';
import { JpegEncoder } from '../../server/ffmpeg/jpeg-encoder.ts';
import { PictureEncoder } from '../../server/ffmpeg/picture-encoder.ts';

Log.setLevel(AV_LOG_QUIET);

function vp8(width: number, options: Record<string, string>): PictureEncoder {
  return new PictureEncoder({
    codecId: AV_CODEC_ID_VP8,
    configure: (context) => {
      context.width = width;
      context.height = 48;
      context.pixelFormat = AV_PIX_FMT_YUV420P;
      context.timeBase = new Rational(1, 25);
    },
    options,
  });
}

test('an encoder option that FFmpeg does not know is an error that names it', () => {
  assert.throws(
    () => vp8(64, { 'no-such-option': '1' }),
    (error) => error instanceof CodecError && error.message.includes('no-such-option'),
  );
});

test('a size that FFmpeg refuses is an error', () => {
  assert.throws(() => vp8(0, { deadline: 'realtime' }), CodecError);
});

test('an encoder can be closed twice', () => {
  const encoder = vp8(64, { deadline: 'realtime' });
  encoder.close();
  encoder.close();
});

test('every picture becomes one JPEG of its size, smaller with a coarser quantizer', () => {
  const encoder = new JpegEncoder(66, 50);
  const sizes = [2, 31].map((quantizer) => {
    encoder.picture.data?.[0]?.forEach((_, at, luma) => (luma[at] = (at * 37) % 251));
    const jpeg = encoder.encode(quantizer);
    assert.deepEqual(inspectJpeg(jpeg), { width: 66, height: 50 });
    return jpeg.length;
  });
  assert.ok((sizes[0] ?? 0) > (sizes[1] ?? 0), sizes.join(' '));
  encoder.close();
});
