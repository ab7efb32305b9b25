/** Pictures → JPEGs such as an OV2640 gives: 4:2:2 unless another format is chosen, full range, standard Huffman tables. */

import {
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUVJ422P,
  AVCOL_RANGE_JPEG,
  FF_QP2LAMBDA,
  type AVPixelFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Packet, Rational, type Frame } from 'node-av/lib';

/** FFmpeg's scale, 2 (best) … 31; this gives about 25 KB for a real VGA picture. */
const QUALITY = 5;

export class JpegWriter {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();

  constructor(width: number, height: number, format: AVPixelFormat = AV_PIX_FMT_YUVJ422P) {
    const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
    this.#context.allocContext3(codec);
    this.#context.width = width;
    this.#context.height = height;
    this.#context.pixelFormat = format;
    this.#context.colorRange = AVCOL_RANGE_JPEG;
    this.#context.timeBase = new Rational(1, 25);
    this.#context.setOption('huffman', 'default');
    this.#context.setOption('flags', 'qscale');
    this.#context.globalQuality = QUALITY * FF_QP2LAMBDA;
    if (this.#context.open2Sync(codec, null) < 0) throw new Error('FFmpeg has no MJPEG encoder');
    this.#packet.alloc();
  }

  /** @param frame of the writer's size and format */
  write(frame: Frame): Buffer {
    frame.colorRange = AVCOL_RANGE_JPEG;
    frame.quality = this.#context.globalQuality;
    const failed =
      this.#context.sendFrameSync(frame) < 0 || this.#context.receivePacketSync(this.#packet) < 0;
    const jpeg = this.#packet.data;
    if (failed || !jpeg) throw new Error('no JPEG came out');
    this.#packet.unref();
    return jpeg;
  }

  [Symbol.dispose](): void {
    this.#packet.free();
    this.#context.freeContext();
  }
}
