/**
 * JPEG → VP8 of one camera, for any sizes of its pictures. Runs in the codec process.
 *
 * Invariant: a picture is decoded once, for all its rungs and its luma. Each camera has its own decoder, so that data of one
 * camera (Huffman tables outlive their picture in an MJPEG decoder) never affects another's picture.
 */

import { machineUs } from '../core/clock.ts';
import { RUNG_NAMES, type RungName } from '../core/video/rungs.ts';
import type { EncodeRequest } from './codec-messages.ts';
import { LumaReader, type Luma } from './luma-reader.ts';
import { JpegDecoder } from './jpeg-decoder.ts';
import { RungCodec, type RungFrame } from './rung-codec.ts';

export interface Transcoded extends RungFrame {
  /** Monotonic clock, µs. */
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
}

export class CameraCodec {
  /** Made when needed: a camera used for motion only never needs one. */
  #decoder: JpegDecoder | undefined;
  readonly #luma = new LumaReader();
  readonly #rungs = new Map<RungName, RungCodec>();

  /** The rungs that have an encoder. */
  get openRungs(): RungName[] {
    return [...this.#rungs.keys()];
  }

  /**
   * @param onFrame called for each rung as soon as it is encoded, best first
   * @returns the luma if it is requested
   * @throws CodecError for a damaged JPEG; the codec stays usable
   */
  transcode(request: EncodeRequest, jpeg: Buffer, onFrame: (frame: Transcoded) => void): Luma | undefined {
    const decodeStartUs = machineUs();
    this.#decoder ??= new JpegDecoder();
    const picture = this.#decoder.decode(jpeg);
    const decodedUs = machineUs();
    for (const name of RUNG_NAMES) {
      const asked = request.rungs[name];
      if (!asked) this.#closeRung(name);
      else if (asked.encode) {
        const frame = this.#rung(name).encode(picture, asked, request.captureUs);
        onFrame({ ...frame, decodeStartUs, decodedUs, encodedUs: machineUs() });
      }
    }
    return request.luma ? this.#luma.ofPicture(picture) : undefined;
  }

  /** @throws CodecError for a damaged JPEG; the codec stays usable */
  readLuma(jpeg: Buffer): Luma {
    return this.#luma.ofJpeg(jpeg);
  }

  close(): void {
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#luma.close();
    for (const name of this.openRungs) this.#closeRung(name);
  }

  #rung(name: RungName): RungCodec {
    const rung = this.#rungs.get(name) ?? new RungCodec(name);
    this.#rungs.set(name, rung);
    return rung;
  }

  #closeRung(name: RungName): void {
    this.#rungs.get(name)?.close();
    this.#rungs.delete(name);
  }
}
