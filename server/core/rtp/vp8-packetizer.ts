/**
 * Splits one VP8 frame into RTP payloads (RFC 7741), once per camera and rung; every viewer's packets are copies of them with
 * that viewer's numbers (vp8-forwarder.ts).
 *
 * Invariant: no payload exceeds the limit, only the last carries the marker, and the pieces of a frame differ by at
 * most one byte in size, so that no tiny last packet costs a whole header.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';
import {
  VP8_DESCRIPTOR_BYTES,
  writeVp8Descriptor,
  writeVp8Numbers,
  type Vp8Numbers,
} from './vp8-payload-descriptor.ts';

export interface RtpPayload {
  /** Payload descriptor without numbers, and a piece of the frame. Shared: never written to. */
  readonly payload: Uint8Array;
  /** The last piece of its frame. */
  readonly marker: boolean;
}

/** The highest temporal layer: no frame refers to one of it. */
const TOP_TID = 2;

/** Number of pieces of a fine frame, unless the pieces would be so small that headers outweigh the benefit. */
const FINE_PIECES = 5;
const MIN_FINE_BYTES = 400;

/**
 * @param maxPayloadBytes descriptor included: the datagram without all headers and tags
 * @param isFine for a line with jitter: a frame is complete with its last packet, and frames of more packets are complete at more
 * regular times
 * @returns the payloads in order; none for an empty frame
 * @throws RangeError when the limit leaves no room for a descriptor and one byte
 */
export function packetizeVp8(
  { data, layer }: Pick<EncodedFrame, 'data' | 'layer'>,
  maxPayloadBytes: number,
  isFine = false,
): RtpPayload[] {
  if (!(maxPayloadBytes > VP8_DESCRIPTOR_BYTES))
    throw new RangeError(
      `maxPayloadBytes must be at least ${VP8_DESCRIPTOR_BYTES + 1}, not ${maxPayloadBytes}`,
    );
  if (data.length === 0) return [];
  const { tid, layerSync } = layer ?? { tid: 0, layerSync: false };
  const finePieces = isFine ? Math.min(FINE_PIECES, Math.floor(data.length / MIN_FINE_BYTES)) : 1;
  const pieces = Math.max(finePieces, Math.ceil(data.length / (maxPayloadBytes - VP8_DESCRIPTOR_BYTES)));
  const memory = Buffer.allocUnsafeSlow(data.length + pieces * VP8_DESCRIPTOR_BYTES);
  const payloads: RtpPayload[] = [];
  let begin = 0;
  for (let piece = 0; piece < pieces; piece++) {
    const end = Math.floor((data.length * (piece + 1)) / pieces);
    const offset = begin + piece * VP8_DESCRIPTOR_BYTES;
    const payload = memory.subarray(offset, end + (piece + 1) * VP8_DESCRIPTOR_BYTES);
    writeVp8Descriptor(payload, { start: piece === 0, tid, layerSync, nonReference: tid === TOP_TID });
    payload.set(data.subarray(begin, end), VP8_DESCRIPTOR_BYTES);
    payloads.push({ payload, marker: piece === pieces - 1 });
    begin = end;
  }
  return payloads;
}

/**
 * One viewer's copy of a shared payload; an empty payload has no numbers.
 *
 * @param prefixBytes room in front of it
 */
export function numberedPayload(payload: Uint8Array, numbers: Vp8Numbers, prefixBytes = 0): Buffer {
  // A new buffer per packet: the system reads it after this call has returned.
  const copy = Buffer.allocUnsafe(prefixBytes + payload.length);
  copy.set(payload, prefixBytes);
  if (payload.length > 0) writeVp8Numbers(copy, prefixBytes, numbers);
  return copy;
}
