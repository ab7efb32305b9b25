/**
 * Camera-like JPEGs for tests and benchmarks, made by FFmpeg's own encoder: 4:2:2, full range, a moving scene with
 * noise in it, as an OV2640 would deliver.
 */

import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ422P, AVCOL_RANGE_JPEG, FF_QP2LAMBDA } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib';

export interface PictureOptions {
  width: number;
  height: number;
  /** How many; each differs from the one before. */
  count: number;
  /** Gives a plain picture of this colour instead of the scene, full range. */
  plain?: readonly [y: number, cb: number, cr: number];
}

export function jpegPictures({ width, height, count, plain }: PictureOptions): Buffer[] {
  const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUVJ422P;
  context.colorRange = AVCOL_RANGE_JPEG;
  context.timeBase = new Rational(1, 25);
  context.setOption('huffman', 'default');
  context.setOption('flags', 'qscale');
  context.globalQuality = 5 * FF_QP2LAMBDA;
  if (context.open2Sync(codec, null) < 0) throw new Error('no MJPEG encoder');
  const packet = new Packet();
  packet.alloc();
  const jpegs: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const pixels = plain ? plainPicture(width, height, plain) : scene(width, height, index);
    const frame = Frame.fromVideoBuffer(pixels, { width, height, format: AV_PIX_FMT_YUVJ422P });
    frame.colorRange = AVCOL_RANGE_JPEG;
    frame.pts = BigInt(index);
    frame.quality = context.globalQuality;
    if (context.sendFrameSync(frame) < 0 || context.receivePacketSync(packet) < 0)
      throw new Error('no JPEG came out');
    jpegs.push(Buffer.from(packet.data ?? []));
    packet.unref();
    frame.free();
  }
  packet.free();
  context.freeContext();
  return jpegs;
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
