/** Camera-like JPEGs for tests and benchmarks: a moving scene with a little noise, or a plain colour. */

import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  type AVPixelFormat,
} from 'node-av/constants';
import { JpegEncoder } from '../../server/ffmpeg/jpeg-encoder.ts';

/** FFmpeg's scale, 2 (best) … 31; this gives about 25 KB for a real VGA picture. */
export const QUANTIZER = 5;

export interface PictureOptions {
  /** Even. */
  width: number;
  height: number;
  /** Their number; each differs from the one before. */
  count: number;
  /** Draws a plain picture of this colour instead of the scene, full range. */
  plain?: readonly [y: number, cb: number, cr: number];
  /** Default YUV422P; YUV420P and YUV444P work too. */
  format?: AVPixelFormat;
}

/** Bytes of both colour planes for each pixel. */
const CHROMA_SHARE: Readonly<Record<number, number>> = {
  [AV_PIX_FMT_YUV420P]: 0.5,
  [AV_PIX_FMT_YUV422P]: 1,
  [AV_PIX_FMT_YUV444P]: 2,
};

export function jpegPictures(options: PictureOptions): Buffer[] {
  const { width, height, count, plain, format = AV_PIX_FMT_YUV422P } = options;
  const encoder = new JpegEncoder(width, height, format);
  const chromaBytes = width * height * (CHROMA_SHARE[format] ?? 1);
  const jpegs = Array.from({ length: count }, (_, index) => {
    const pixels = plain
      ? plainPicture(width, height, chromaBytes, plain)
      : scene(width, height, chromaBytes, index);
    encoder.picture.fromBuffer(pixels);
    return encoder.encode(QUANTIZER);
  });
  encoder.close();
  return jpegs;
}

function plainPicture(
  width: number,
  height: number,
  chromaBytes: number,
  [y, cb, cr]: readonly [number, number, number],
): Buffer {
  const half = chromaBytes / 2;
  return Buffer.concat([Buffer.alloc(width * height, y), Buffer.alloc(half, cb), Buffer.alloc(half, cr)]);
}

/** A gradient with texture, a block that moves, and a little noise from a fixed generator. */
function scene(width: number, height: number, chromaBytes: number, index: number): Buffer {
  const pixels = Buffer.alloc(width * height + chromaBytes, 128);
  let noise = 1 + index;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
      const texture = ((x >> 3) ^ (y >> 3)) & 1 ? 20 : 0;
      const inBlock = (x - index * 6 + 10_000) % width < 64 && y > height / 3 && y < height / 2;
      pixels[y * width + x] = inBlock ? 230 : 40 + (x * 120) / width + texture + (noise >>> 30);
    }
  }
  for (let at = width * height, x = 0; at < pixels.length; at++, x++) pixels[at] = 100 + (x % 60);
  return pixels;
}
