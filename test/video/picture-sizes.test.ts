import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  type AVPixelFormat,
} from 'node-av/constants';
import { Log } from 'node-av/lib';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { lumaCells } from '../../server/core/video/luma-frame.ts';
import { CodecError } from '../../server/ffmpeg/codec-error.ts';
import { JpegEncoder } from '../../server/ffmpeg/jpeg-encoder.ts';
import { CameraCodec } from '../../server/video/camera-codec.ts';
import { scaleJpeg } from '../../server/video/jpeg-scaler.ts';
import {
  MAX_FRAME_HEIGHT,
  MAX_FRAME_WIDTH,
  MAX_LARGE_FRAME_HEIGHT,
  MAX_LARGE_FRAME_WIDTH,
} from '../../server/wire/camera-protocol.ts';
import { GREY, greyJpeg } from './grey-jpeg.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';
import { encodePicture } from '../support/encode-picture.ts';

Log.setLevel(AV_LOG_QUIET);

const SIZES = [
  [MAX_FRAME_WIDTH, MAX_FRAME_HEIGHT],
  [MAX_FRAME_WIDTH - 1, MAX_FRAME_HEIGHT - 1],
  // A camera in portrait orientation.
  [MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH],
  [MAX_LARGE_FRAME_WIDTH, MAX_LARGE_FRAME_HEIGHT],
  [MAX_LARGE_FRAME_HEIGHT, MAX_LARGE_FRAME_WIDTH],
  [2560, 1920],
  [2048, 1536],
  [1280, 1024],
  [MAX_FRAME_WIDTH, 16],
  [16, MAX_FRAME_HEIGHT],
  [641, 481],
  [639, 479],
  [33, 47],
  [8, 8],
  [1, 1],
] as const;

const SAMPLINGS: Record<string, (width: number, height: number) => Buffer> = {
  '4:2:0': (width, height) => plainJpeg(width, height, AV_PIX_FMT_YUV420P),
  '4:2:2': (width, height) => plainJpeg(width, height, AV_PIX_FMT_YUV422P),
  '4:4:4': (width, height) => plainJpeg(width, height, AV_PIX_FMT_YUV444P),
  grey: greyJpeg,
};

/** Every pixel is `GREY`. */
function plainJpeg(width: number, height: number, format: AVPixelFormat): Buffer {
  const encoder = new JpegEncoder(width, height, format);
  for (const [plane, values] of (encoder.picture.data ?? []).entries()) values.fill(plane === 0 ? GREY : 128);
  const jpeg = encoder.encode(2);
  encoder.close();
  return jpeg;
}

/** Full range → limited range. */
const GREY_IN_VP8 = 16 + (GREY * 219) / 255;

for (const [sampling, jpegOf] of Object.entries(SAMPLINGS)) {
  test(`a JPEG of any size up to the largest frame, ${sampling}, is encoded, has luma and a thumbnail`, () => {
    for (const [width, height] of SIZES) {
      const size = `${width}×${height}`;
      const codec = new CameraCodec();
      using reader = new Vp8Reader();
      const jpeg = jpegOf(width, height);
      const request = { bitrateBps: 1_000_000, captureUs: 0, keyframe: false, luma: true };
      const { data, luma } = encodePicture(codec, request, jpeg);
      const picture = reader.read(data);
      assert.deepEqual([picture.width, picture.height], [width, height], size);
      assert.ok(Math.abs((picture.pixels[0] ?? 0) - GREY_IN_VP8) <= 3, `${size}: ${picture.pixels[0]}`);
      for (const { columns, rows, cells } of [codec.readLuma(jpeg), ...(luma ? [luma] : [])]) {
        assert.deepEqual({ columns, rows }, lumaCells(width, height), size);
        assert.ok(Math.abs((cells[0] ?? 0) - GREY) <= 2, `${size}: luma ${cells[0]}`);
      }
      codec.close();
      const scaled = scaleJpeg(jpeg, 160);
      const expected = {
        width: Math.min(160, width),
        height: Math.round((height * Math.min(160, width)) / width),
      };
      assert.deepEqual(inspectJpeg(scaled.data), expected, size);
    }
  });
}

test('a picture with more pixels than the largest that may be allowed is refused', () => {
  const codec = new CameraCodec();
  const jpeg = greyJpeg(MAX_LARGE_FRAME_WIDTH + 128, MAX_LARGE_FRAME_WIDTH);
  assert.throws(() => codec.readLuma(jpeg), CodecError);
  codec.close();
});
