/**
 * JPEG → planar YCbCr 4:2:0, limited range, as VP8 requires. Runs in the codec process.
 *
 * Cameras send full-range 4:2:2. A VP8 stream has no field for the range and every browser assumes limited (16…235), so
 * the range is converted here, in the same pass as the chroma.
 */

import {
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  SWS_FAST_BILINEAR,
  type AVPixelFormat,
} from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { check } from '../ffmpeg/codec-error.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import { MjpegDecoder } from './mjpeg-decoder.ts';

/** Sizes and formats whose converter is kept: a camera that alternates between two costs no set-up. */
const MAX_CONVERTERS = 3;

export class JpegDecoder {
  readonly #decoder = new MjpegDecoder(0);
  readonly #converters = new RecentlyUsed<string, Converter>(MAX_CONVERTERS, (converter) =>
    converter.close(),
  );

  /**
   * @returns the picture, which belongs to the decoder and is valid until the next call
   * @throws CodecError when the bytes are not one complete, undamaged JPEG
   */
  decode(jpeg: Buffer): Frame {
    const decoded = this.#decoder.decode(jpeg);
    const { width, height, format } = decoded;
    const key = `${width}×${height} ${format}`;
    return this.#converters.getOrAdd(key, () => new Converter(width, height, format)).convert(decoded);
  }

  close(): void {
    this.#converters.clear();
    this.#decoder.close();
  }
}

/** swscale set up for one size and format. */
class Converter {
  readonly #scaler = new SoftwareScaleContext();
  readonly #picture = new Frame();

  constructor(width: number, height: number, format: number) {
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
