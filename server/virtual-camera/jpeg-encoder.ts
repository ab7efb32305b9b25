/**
 * Raw pictures → JPEG as an OV2640 writes it: 4:2:2, full range, standard Huffman tables. FFmpeg's encoder needs half a
 * millisecond for VGA.
 */

import {
  AV_CODEC_FLAG_QSCALE,
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUV422P,
  AVCOL_RANGE_JPEG,
  FF_QP2LAMBDA,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from 'node-av/lib';
import type { RawPicture } from './raw-picture.ts';

const FINEST = 2;
const COARSEST = 31;
/** The sensor's scale of 4 … 63 on FFmpeg's of 2 … 31: at 12, its default, both write about 25 KB of VGA. */
const QUANTIZER_PER_QUALITY = 0.4;

export class JpegEncoder {
  readonly #context = new CodecContext();
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  #closed = false;
  #count = 0n;

  /** @throws Error when FFmpeg refuses the size */
  constructor(width: number, height: number) {
    const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
    if (!codec) throw new Error('this build of FFmpeg has no JPEG encoder');
    const context = this.#context;
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV422P;
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = new Rational(1, 1);
    context.threadCount = 1;
    context.qMin = FINEST;
    context.qMax = COARSEST;
    context.setFlags(AV_CODEC_FLAG_QSCALE);
    check(context.setOption('huffman', 'default'), 'option');
    // Options go through setOption: a dictionary given to open2Sync corrupts memory (node-av 6.1.1).
    check(context.open2Sync(codec, null), 'encoder');
    this.#packet.alloc();
    this.#frame.alloc();
    this.#frame.width = width;
    this.#frame.height = height;
    this.#frame.format = AV_PIX_FMT_YUV422P;
    this.#frame.colorRange = AVCOL_RANGE_JPEG;
    check(this.#frame.allocBuffer(), 'picture');
  }

  /** @param quality the sensor's scale, 4 (best) … 63 (worst) */
  encode(picture: RawPicture, quality: number): Buffer {
    const frame = this.#frame;
    check(frame.makeWritable(), 'picture');
    check(frame.fromBuffer(picture.bytes), 'picture');
    const quantizer = Math.min(COARSEST, Math.max(FINEST, quality * QUANTIZER_PER_QUALITY));
    frame.quality = Math.round(quantizer * FF_QP2LAMBDA);
    frame.pts = this.#count++;
    check(this.#context.sendFrameSync(frame), 'encoding');
    check(this.#context.receivePacketSync(this.#packet), 'encoding');
    const { data } = this.#packet;
    this.#packet.unref();
    if (!data) throw new Error('encoding: nothing came out');
    return data;
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}

function check(result: number, what: string): void {
  if (result < 0) throw new Error(`JPEG ${what}: ${FFmpegError.strerror(result)}`);
}
