/**
 * Pictures → VP8 of one camera, without delay: every picture in is one frame out. Runs in the codec process.
 *
 * Size and bitrate are fixed for its life: libvpx crops a picture of another size silently, and FFmpeg ignores a new
 * bitrate. For others, close this encoder and open a new one, which begins with a keyframe.
 */

import {
  AV_CODEC_ID_VP8,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
} from 'node-av/constants';
import { Rational, type Frame } from 'node-av/lib';
import { PictureEncoder } from '../ffmpeg/picture-encoder.ts';

/**
 * `cpu-used` is negative on purpose: it fixes libvpx's speed, while positive values let it change to slower ones. Of
 * the fast ones -14 is the last that still searches motion to the half pixel: a quarter less work than -8 for 0.1 dB on
 * a still view and 0.4 dB on a panning one; -16 would lose 3 dB there.
 */
const OPTIONS: Readonly<Record<string, string | number>> = {
  deadline: 'realtime',
  'cpu-used': -14,
  'lag-in-frames': 0,
  'auto-alt-ref': 0,
  'error-resilient': 'default',
  'static-thresh': 100,
};
const QUANTIZER_MIN = 4;
const QUANTIZER_MAX = 56;
/** Keyframes are made on request only, never periodically. */
const NO_PERIODIC_KEYFRAMES = 1_000_000;
/** The rate control's clock never runs faster than this, however close together two frames are: 10 ms at 90 kHz. */
const MIN_TICKS = 900;
/** Longer pauses make no difference to the rate control. */
const MAX_TICKS = 90_000;

export class Vp8Encoder {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
  readonly #encoder: PictureEncoder;
  #ticks = 0;
  #lastCaptureUs: number | undefined;

  constructor(width: number, height: number, bitrateBps: number) {
    this.width = width;
    this.height = height;
    this.bitrateBps = bitrateBps;
    this.#encoder = new PictureEncoder({
      codecId: AV_CODEC_ID_VP8,
      configure: (context) => {
        context.width = width;
        context.height = height;
        context.pixelFormat = AV_PIX_FMT_YUV420P;
        context.colorRange = AVCOL_RANGE_MPEG;
        context.colorSpace = AVCOL_SPC_SMPTE170M;
        context.timeBase = new Rational(1, 90_000);
        context.gopSize = NO_PERIODIC_KEYFRAMES;
        context.bitRate = BigInt(bitrateBps);
        context.rcMinRate = BigInt(bitrateBps);
        context.rcMaxRate = BigInt(bitrateBps);
        context.rcBufferSize = bitrateBps / 2;
        context.qMin = QUANTIZER_MIN;
        context.qMax = QUANTIZER_MAX;
      },
      options: OPTIONS,
    });
  }

  /**
   * @param picture of this encoder's size, 4:2:0, limited range
   * @param captureUs from which the rate control derives a frame's duration
   * @throws CodecError when FFmpeg returns no packet
   */
  encode(picture: Frame, captureUs: number, keyframe: boolean): { data: Buffer; keyframe: boolean } {
    const elapsedTicks = (captureUs - (this.#lastCaptureUs ?? captureUs)) * 0.09;
    this.#lastCaptureUs = captureUs;
    this.#ticks += Math.round(Math.min(MAX_TICKS, Math.max(MIN_TICKS, elapsedTicks)));
    picture.pts = BigInt(this.#ticks);
    picture.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    return this.#encoder.encode(picture);
  }

  close(): void {
    this.#encoder.close();
  }
}
