/**
 * One rung of one camera in the codec process: decoded picture → the rung's size → VP8.
 *
 * The picture is scaled as it was decoded, 4:2:0 and limited range, so neither is converted twice. Every pixel counts
 * (SWS_AREA): the fast scaler skips pixels, and a picture with false edges costs bits.
 */

import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { rungSize, type RungName } from '../core/video/rungs.ts';
import { check } from '../ffmpeg/codec-error.ts';
import type { RungRequest } from './codec-messages.ts';
import { Vp8Encoder, type Vp8Frame } from './vp8-encoder.ts';

export interface RungFrame extends Vp8Frame {
  rung: RungName;
  width: number;
  height: number;
}

export class RungCodec {
  readonly #rung: RungName;
  #scaler: PictureScaler | undefined;
  #encoder: Vp8Encoder | undefined;

  constructor(rung: RungName) {
    this.#rung = rung;
  }

  /**
   * @param picture 4:2:0, limited range, from JpegDecoder
   * @throws CodecError when FFmpeg returns no packet
   */
  encode(picture: Frame, { bitrateBps, keyframe }: RungRequest, captureUs: number): RungFrame {
    const { width, height } = rungSize(this.#rung, picture);
    const scaled = this.#scaled(picture, width, height);
    const encoder = this.#encoderFor(width, height, bitrateBps);
    return { rung: this.#rung, width, height, ...encoder.encode(scaled, captureUs, keyframe) };
  }

  /** Idempotent. */
  close(): void {
    this.#scaler?.close();
    this.#scaler = undefined;
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  #scaled(picture: Frame, width: number, height: number): Frame {
    if (width === picture.width && height === picture.height) return picture;
    if (!this.#scaler?.fits(picture, width, height)) {
      this.#scaler?.close();
      this.#scaler = undefined;
      this.#scaler = new PictureScaler(picture, width, height);
    }
    return this.#scaler.scale(picture);
  }

  #encoderFor(width: number, height: number, bitrateBps: number): Vp8Encoder {
    const open = this.#encoder;
    if (open?.width === width && open.height === height && open.bitrateBps === bitrateBps) return open;
    open?.close();
    this.#encoder = undefined;
    this.#encoder = new Vp8Encoder(width, height, bitrateBps);
    return this.#encoder;
  }
}

/** swscale set up from one size to another. */
class PictureScaler {
  readonly #fromWidth: number;
  readonly #fromHeight: number;
  readonly #context = new SoftwareScaleContext();
  readonly #picture = new Frame();

  constructor(from: Frame, width: number, height: number) {
    this.#fromWidth = from.width;
    this.#fromHeight = from.height;
    this.#picture.alloc();
    this.#picture.width = width;
    this.#picture.height = height;
    this.#picture.format = AV_PIX_FMT_YUV420P;
    this.#picture.colorRange = AVCOL_RANGE_MPEG;
    check(this.#picture.allocBuffer(), 'scaled picture');
    const format = AV_PIX_FMT_YUV420P;
    this.#context.getContext(from.width, from.height, format, width, height, format, SWS_AREA);
  }

  fits(from: Frame, width: number, height: number): boolean {
    const { width: toWidth, height: toHeight } = this.#picture;
    return (
      from.width === this.#fromWidth &&
      from.height === this.#fromHeight &&
      toWidth === width &&
      toHeight === height
    );
  }

  scale(from: Frame): Frame {
    // The encoder may still hold a reference to the buffer; then this gives the frame a new one.
    check(this.#picture.makeWritable(), 'scaled picture');
    check(this.#context.scaleFrameSync(this.#picture, from), 'scaling');
    return this.#picture;
  }

  close(): void {
    this.#context.freeContext();
    this.#picture.free();
  }
}
