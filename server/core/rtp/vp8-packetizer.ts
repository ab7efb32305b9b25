/**
 * Splits one VP8 frame into RTP payloads (RFC 7741), once per camera; every viewer's packets share them.
 *
 * Invariant: no payload exceeds the limit, only the last carries the marker, and the pieces of a frame differ by at
 * most one byte in size, so that no tiny last packet costs a whole header.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';
import {
  PICTURE_ID_MODULUS,
  vp8PayloadDescriptorBytes,
  writeVp8PayloadDescriptor,
  type TemporalLayer,
} from './vp8-payload-descriptor.ts';

export interface RtpPayload {
  /** Payload descriptor and a piece of the frame. Shared: never written to. */
  readonly payload: Uint8Array;
  /** The last piece of its frame. */
  readonly marker: boolean;
}

export interface Vp8PacketizerOptions {
  /** Largest payload, descriptor included, in bytes: the datagram without all headers and tags. */
  maxPayloadBytes: number;
  /** u15; the first picture id. Default 0. */
  firstPictureId?: number;
}

/** The encoder's temporal layer of a frame. A single-layer stream omits it and saves two bytes per packet. */
export interface Vp8FramePlacement {
  layer: TemporalLayer;
  nonReference: boolean;
}

export class Vp8Packetizer {
  readonly #maxPayloadBytes: number;
  #pictureId: number;

  /** @throws RangeError when the limit leaves no room for a descriptor and one byte */
  constructor({ maxPayloadBytes, firstPictureId = 0 }: Vp8PacketizerOptions) {
    if (!Number.isInteger(maxPayloadBytes) || maxPayloadBytes < 7)
      throw new RangeError(`maxPayloadBytes must be an integer of at least 7, not ${maxPayloadBytes}`);
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#pictureId = firstPictureId % PICTURE_ID_MODULUS;
  }

  /** @returns the payloads in order; none for an empty frame, which uses no picture id */
  packetize({ data }: Pick<EncodedFrame, 'data'>, placement?: Vp8FramePlacement): RtpPayload[] {
    if (data.length === 0) return [];
    const pictureId = this.#pictureId;
    this.#pictureId = (pictureId + 1) % PICTURE_ID_MODULUS;

    const descriptorBytes = vp8PayloadDescriptorBytes(placement?.layer);
    const pieces = Math.ceil(data.length / (this.#maxPayloadBytes - descriptorBytes));
    const memory = Buffer.allocUnsafeSlow(data.length + pieces * descriptorBytes);
    const payloads: RtpPayload[] = [];
    let begin = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const end = Math.floor((data.length * (piece + 1)) / pieces);
      const offset = begin + piece * descriptorBytes;
      const payload = memory.subarray(offset, end + (piece + 1) * descriptorBytes);
      writeVp8PayloadDescriptor(payload, {
        nonReference: placement?.nonReference ?? false,
        start: piece === 0,
        pictureId,
        layer: placement?.layer,
      });
      payload.set(data.subarray(begin, end), descriptorBytes);
      payloads.push({ payload, marker: piece === pieces - 1 });
      begin = end;
    }
    return payloads;
  }
}
