/**
 * Pictures → VP8 of one camera, without delay: every picture in is one frame out. Runs in the codec process.
 *
 * Size and bitrate are fixed for its life: libvpx crops a picture of another size silently, and FFmpeg ignores a new
 * bitrate. For another size or bitrate, close this encoder and open a new one, which begins with a keyframe.
 *
 * Frames are in three temporal layers (libvpx's `ts_layering_mode` 3). Each layer refers to:
 *
 *     layer 2        1     3        5     7
 *                   /     /        /     /
 *     layer 1      /     2        /     6
 *                 / ____/        / ____/
 *     layer 0    0--------------4-----------
 *
 * Invariant: without the frames of the upper layers the others decode to the same pictures as with them. The packets have no
 * layer in them; it follows from the number of frames since the last requested keyframe.
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
import type { FrameLayer } from '../core/video/encoded-frame.ts';
import { TEMPORAL_LAYERS } from '../core/video/temporal-layers.ts';
import { PictureEncoder, type PictureEncoderSetup } from '../ffmpeg/picture-encoder.ts';

/**
 * `cpu-used` is negative on purpose: it fixes libvpx's speed, while positive values let it change to slower ones.
 * -14 is the fastest value that still searches motion to the half pixel: a quarter less work than -8 for 0.1 dB on
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
/** Layers of the frames after a keyframe, repeated; the keyframe has the first position. */
const PATTERN: readonly FrameLayer[] = [
  { tid: 0, layerSync: false },
  { tid: 2, layerSync: true },
  { tid: 1, layerSync: true },
  // It references only the previous frame.
  { tid: 2, layerSync: false },
];
const KEYFRAME_LAYER: FrameLayer = { tid: 0, layerSync: true };

/** Initial buffer of the rate control, in seconds: half of it determines the size of the first keyframe. */
const FIRST_KEYFRAME_S = 0.75;

/** The rate control's clock never runs faster than this, however close together two frames are: 10 ms at 90 kHz. */
const MIN_TICKS = 900;
/** Longer pauses make no difference to the rate control. */
const MAX_TICKS = 90_000;

export interface Vp8Frame {
  data: Buffer;
  keyframe: boolean;
  layer: FrameLayer;
}

export class Vp8Encoder {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
  readonly #encoder: PictureEncoder;
  #ticks = 0;
  #lastCaptureUs: number | undefined;
  /** Position of the next frame in the pattern. */
  #position = 0;

  constructor(width: number, height: number, bitrateBps: number) {
    this.width = width;
    this.height = height;
    this.bitrateBps = bitrateBps;
    this.#encoder = new PictureEncoder(vp8Setup(width, height, bitrateBps));
  }

  /**
   * @param picture of this encoder's size, 4:2:0, limited range
   * @param captureUs from which the rate control derives a frame's duration
   * @throws CodecError when FFmpeg returns no packet
   */
  encode(picture: Frame, captureUs: number, keyframe: boolean): Vp8Frame {
    const elapsedTicks = (captureUs - (this.#lastCaptureUs ?? captureUs)) * 0.09;
    this.#lastCaptureUs = captureUs;
    this.#ticks += Math.round(Math.min(MAX_TICKS, Math.max(MIN_TICKS, elapsedTicks)));
    picture.pts = BigInt(this.#ticks);
    picture.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const encoded = this.#encoder.encode(picture);
    // A keyframe that libvpx inserts by itself does not restart the pattern.
    const position = keyframe ? 0 : this.#position;
    this.#position = (position + 1) % PATTERN.length;
    const layer = encoded.keyframe ? KEYFRAME_LAYER : PATTERN[position];
    return { ...encoded, layer: layer ?? KEYFRAME_LAYER };
  }

  close(): void {
    this.#encoder.close();
  }
}

/** Pixels, bits per second. */
export function vp8Setup(width: number, height: number, bitrateBps: number): PictureEncoderSetup {
  return {
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
    options: {
      ...OPTIONS,
      rc_init_occupancy: Math.round(FIRST_KEYFRAME_S * bitrateBps),
      'ts-parameters': layersOf(bitrateBps),
    },
  };
}

/** For FFmpeg; the mode must be last, because it completes the other parameters. */
function layersOf(bitrateBps: number): string {
  const kbps = TEMPORAL_LAYERS.map(({ bits }) => Math.round((bits * bitrateBps) / 1000));
  return (
    `ts_number_layers=3:ts_target_bitrate=${kbps.join(',')}:ts_rate_decimator=4,2,1:` +
    'ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3'
  );
}
