/**
 * JPEG → VP8 of one camera, for any sizes of its pictures. Runs in the codec process.
 *
 * Each camera has its own decoder, so that data of one camera (Huffman tables outlive their picture in an MJPEG
 * decoder) never affects another's picture.
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
  /** Present when requested. */
  luma: Luma | undefined;
}

export class CameraCodec {
  /** Made when needed: a camera used for motion only never needs one. */
  #decoder: JpegDecoder | undefined;
  readonly #luma = new LumaReader();
  #encoder: Vp8Encoder | undefined;

  /** @throws CodecError for a damaged JPEG; the codec stays usable */
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

  /** @throws CodecError for a damaged JPEG; the codec stays usable */
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
