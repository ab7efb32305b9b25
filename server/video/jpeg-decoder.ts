/**
 * JPEG → planar YCbCr 4:2:0, limited range, as VP8 wants it. Runs in the codec process.
 *
 * Cameras send full-range 4:2:2. A VP8 stream has no field for the range and every browser takes it for limited
 * (16…235), so the range is converted here, in the same pass as the chroma.
 */

import {
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  SWS_FAST_BILINEAR,
  type AVPixelFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH } from '../wire/camera-protocol.ts';
import { check } from './codec-error.ts';

/** The fastest inverse transform of FFmpeg's that is as exact as the others; elsewhere than on x64 it has no assembler. */
const IDCT = process.arch === 'x64' ? 'xvid' : 'auto';

export class JpegDecoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #decoded = new Frame();
  #converter: Converter | undefined;

  constructor() {
    const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
    this.#context.allocContext3(codec);
    this.#context.threadCount = 1;
    // Without it a truncated JPEG comes out as half a picture, and no error.
    check(this.#context.setOption('err_detect', 'explode'), 'decoder option');
    check(this.#context.setOption('max_pixels', MAX_FRAME_WIDTH * MAX_FRAME_HEIGHT), 'decoder option');
    check(this.#context.setOption('idct', IDCT), 'decoder option');
    check(this.#context.open2Sync(codec, null), 'decoder');
    this.#packet.alloc();
    this.#decoded.alloc();
  }

  /**
   * @returns the picture, which is the decoder's own and valid until the next call
   * @throws CodecError when the bytes are not one whole, sound JPEG
   */
  decode(jpeg: Buffer): Frame {
    this.#packet.data = jpeg;
    try {
      check(this.#context.sendPacketSync(this.#packet), 'JPEG');
      check(this.#context.receiveFrameSync(this.#decoded), 'JPEG');
    } finally {
      this.#packet.unref();
    }
    const { width, height, format } = this.#decoded;
    if (!this.#converter?.fits(width, height, format)) {
      this.#converter?.close();
      this.#converter = new Converter(width, height, format);
    }
    return this.#converter.convert(this.#decoded);
  }

  close(): void {
    this.#converter?.close();
    this.#converter = undefined;
    this.#packet.free();
    this.#decoded.free();
    this.#context.freeContext();
  }
}

/** swscale set up for one size and format. */
class Converter {
  readonly #scaler = new SoftwareScaleContext();
  readonly #picture = new Frame();
  readonly #format: number;

  constructor(width: number, height: number, format: number) {
    this.#format = format;
    this.#picture.alloc();
    this.#picture.width = width;
    this.#picture.height = height;
    this.#picture.format = AV_PIX_FMT_YUV420P;
    this.#picture.colorRange = AVCOL_RANGE_MPEG;
    check(this.#picture.allocBuffer(), 'picture');
    this.#scaler.getContext(
      width,
      height,
      format as AVPixelFormat,
      width,
      height,
      AV_PIX_FMT_YUV420P,
      SWS_FAST_BILINEAR,
    );
  }

  fits(width: number, height: number, format: number): boolean {
    return this.#picture.width === width && this.#picture.height === height && this.#format === format;
  }

  convert(decoded: Frame): Frame {
    // The encoder may still hold a reference to the buffer; then this gives the frame a new one.
    check(this.#picture.makeWritable(), 'picture');
    check(this.#scaler.scaleFrameSync(this.#picture, decoded), 'conversion');
    return this.#picture;
  }

  close(): void {
    this.#scaler.freeContext();
    this.#picture.free();
  }
}
