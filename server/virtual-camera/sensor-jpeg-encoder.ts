/** Drawn pictures → JPEG, with quality on the scale of an OV2640. */

import { check } from '../ffmpeg/codec-error.ts';
import { JpegEncoder } from '../ffmpeg/jpeg-encoder.ts';
import type { RawPicture } from './raw-picture.ts';

/** Maps the sensor's scale of 4 … 63 to FFmpeg's of 2 … 31: at 12, its default, both write about 25 KB for VGA. */
const QUANTIZER_PER_QUALITY = 0.4;

export class SensorJpegEncoder {
  readonly #encoder: JpegEncoder;

  /** @throws CodecError when FFmpeg refuses the size */
  constructor(width: number, height: number) {
    this.#encoder = new JpegEncoder(width, height);
  }

  /** @param quality the sensor's scale, 4 (best) … 63 (worst) */
  encode(picture: RawPicture, quality: number): Buffer {
    check(this.#encoder.picture.fromBuffer(picture.bytes), 'picture');
    return this.#encoder.encode(quality * QUANTIZER_PER_QUALITY);
  }

  /** Idempotent. */
  close(): void {
    this.#encoder.close();
  }
}
