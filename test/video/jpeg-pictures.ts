/** Camera-like JPEGs for tests and benchmarks: a moving scene with a little noise, or a plain colour. */

import { AV_PIX_FMT_YUVJ422P } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { JpegWriter } from './jpeg-writer.ts';

export interface PictureOptions {
  /** Even. */
  width: number;
  height: number;
  /** How many; each differs from the one before. */
  count: number;
  /** Gives a plain picture of this colour instead of the scene, full range. */
  plain?: readonly [y: number, cb: number, cr: number];
}

export function jpegPictures({ width, height, count, plain }: PictureOptions): Buffer[] {
  using writer = new JpegWriter(width, height);
  return Array.from({ length: count }, (_, index) => {
    const pixels = plain ? plainPicture(width, height, plain) : scene(width, height, index);
    using frame = Frame.fromVideoBuffer(pixels, { width, height, format: AV_PIX_FMT_YUVJ422P });
    frame.pts = BigInt(index);
    return writer.write(frame);
  });
}

function plainPicture(width: number, height: number, [y, cb, cr]: readonly [number, number, number]): Buffer {
  const half = (width / 2) * height;
  return Buffer.concat([Buffer.alloc(width * height, y), Buffer.alloc(half, cb), Buffer.alloc(half, cr)]);
}

/** A gradient with texture, a block that moves, and a little noise from a fixed generator. */
function scene(width: number, height: number, index: number): Buffer {
  const pixels = Buffer.alloc(width * height * 2, 128);
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
