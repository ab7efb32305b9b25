/**
 * Pictures → JPEG like an OV2640's: planar 4:2:2, full range, standard Huffman tables. It takes half a millisecond for
 * VGA.
 */

import {
  AV_CODEC_FLAG_QSCALE,
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUV422P,
  AVCOL_RANGE_JPEG,
  FF_QP2LAMBDA,
  type AVPixelFormat,
} from 'node-av/constants';
import { Frame, Rational } from 'node-av/lib';
import { check } from './codec-error.ts';
import { PictureEncoder } from './picture-encoder.ts';

const FINEST = 2;
const COARSEST = 31;

export class JpegEncoder {
  readonly #encoder: PictureEncoder;
  readonly #picture = new Frame();
  #count = 0n;

  /**
   * @param format planar YCbCr; cameras send 4:2:2
   * @throws CodecError when FFmpeg refuses the size
   */
  constructor(width: number, height: number, format: AVPixelFormat = AV_PIX_FMT_YUV422P) {
    this.#encoder = new PictureEncoder({
      codecId: AV_CODEC_ID_MJPEG,
      configure: (context) => {
        context.width = width;
        context.height = height;
        context.pixelFormat = format;
        context.colorRange = AVCOL_RANGE_JPEG;
        context.timeBase = new Rational(1, 1);
        context.qMin = FINEST;
        context.qMax = COARSEST;
        context.setFlags(AV_CODEC_FLAG_QSCALE);
      },
      options: { huffman: 'default' },
    });
    this.#picture.alloc();
    this.#picture.width = width;
    this.#picture.height = height;
    this.#picture.format = format;
    this.#picture.colorRange = AVCOL_RANGE_JPEG;
    check(this.#picture.allocBuffer(), 'picture');
  }

  /** The picture that `encode` reads, of this encoder's size and format; the caller writes to it. */
  get picture(): Frame {
    check(this.#picture.makeWritable(), 'picture');
    return this.#picture;
  }

  /**
   * @param quantizer of FFmpeg, 2 (best) … 31 (worst); values outside are clamped
   * @throws CodecError when FFmpeg returns no JPEG
   */
  encode(quantizer: number): Buffer {
    const inRange = Math.min(COARSEST, Math.max(FINEST, quantizer));
    this.#picture.quality = Math.round(inRange * FF_QP2LAMBDA);
    this.#picture.pts = this.#count++;
    return this.#encoder.encode(this.#picture).data;
  }

  /** Idempotent. */
  close(): void {
    this.#encoder.close();
    this.#picture.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
