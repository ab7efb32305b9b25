/**
 * JPEG → VP8 of one camera, whatever size its pictures have. Runs in the codec process.
 *
 * Each camera has a decoder of its own, so that nothing one camera sends (Huffman tables outlive their picture in an MJPEG
 * decoder) shows in another's picture.
 */

import { machineUs } from '../core/clock.ts';
import type { EncodeRequest } from './codec-messages.ts';
import { LumaReader, type Luma } from './luma-reader.ts';
import { JpegDecoder } from './jpeg-decoder.ts';
import { Vp8Encoder } from './vp8-encoder.ts';

export interface Transcoded {
  data: Buffer;
  keyframe: boolean;
  width: number;
  height: number;
  /** Monotonic clock, µs. */
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
  /** When it was asked for. */
  luma: Luma | undefined;
}

export class CameraCodec {
  /** Made when needed: a camera that is only looked at for motion never needs one. */
  #decoder: JpegDecoder | undefined;
  readonly #luma = new LumaReader();
  #encoder: Vp8Encoder | undefined;

  /** @throws CodecError when the JPEG is not sound; the codec stays usable */
  transcode(request: EncodeRequest, jpeg: Buffer): Transcoded {
    const decodeStartUs = machineUs();
    this.#decoder ??= new JpegDecoder();
    const picture = this.#decoder.decode(jpeg);
    const decodedUs = machineUs();
    const { width, height } = picture;
    const encoder = this.#encoderFor(width, height, request.bitrateBps);
    const { data, keyframe } = encoder.encode(picture, request.captureUs, request.keyframe);
    const encodedUs = machineUs();
    const luma = request.luma ? this.#luma.ofPicture(picture) : undefined;
    return { data, keyframe, width, height, decodeStartUs, decodedUs, encodedUs, luma };
  }

  /** @throws CodecError when the JPEG is not sound; the codec stays usable */
  readLuma(jpeg: Buffer): Luma {
    return this.#luma.ofJpeg(jpeg);
  }

  close(): void {
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#luma.close();
    this.#encoder?.close();
    this.#encoder = undefined;
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
