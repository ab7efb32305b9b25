/**
 * Payload of a FlexFEC packet: draft-ietf-payload-flexible-fec-scheme-03, as browsers built on libwebrtc read it (one protected
 * stream, flexible mask).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |R|F|P|X|  CC   |M| PT recovery |        length recovery        |
 *   4 |                          TS recovery                          |
 *   8 | SSRC count=1  |                   reserved                    |
 *  12 |                       protected SSRC                          |
 *  16 |           SN base             |k|          mask [0-14]        |
 *  20 |k|                         mask [15-45]                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * R and F are 0; k ends the mask. Recovery fields are XORs over the protected packets; the XOR of all that follows their first 12
 * bytes comes behind the mask. There, the receiver treats header extensions that change on the way, such as transport-wide
 * numbers, as zeros (`RtpPacket::ZeroMutableExtensions`), and so does the sender.
 */

import type { Parity } from './parity.ts';
import { sequenceDistance } from './sequence-numbers.ts';

/** The mask of one packet reaches as far. */
export const MAX_PROTECTED_SPAN = 46;
const SHORT_SPAN = 15;
const FIXED_HEADER_BYTES = 18;

/** The part of a packet that is in its header. */
export interface ProtectedHeader {
  sequenceNumber: number;
  timestamp90k: number;
  marker: boolean;
  payloadBytes: number;
}

/** The fields that all packets of the stream share. */
export interface ProtectedStream {
  ssrc: number;
  payloadType: number;
  /** The header extension of every packet, from its profile on, with zeros for what changes on the way. A multiple of 4 bytes. */
  extension: Uint8Array;
}

/**
 * @param headers of all protected packets, at most MAX_PROTECTED_SPAN from the first to the last, in order
 * @param payloads the parity of the payloads of just these
 */
export function flexfecPayload(
  stream: ProtectedStream,
  headers: readonly ProtectedHeader[],
  payloads: Parity,
): Buffer {
  const base = headers[0]?.sequenceNumber ?? 0;
  const offsets = headers.map(({ sequenceNumber }) => sequenceDistance(sequenceNumber, base));
  const headerBytes = FIXED_HEADER_BYTES + ((offsets.at(-1) ?? 0) < SHORT_SPAN ? 2 : 6);
  // Not shared with other packets: the system reads it after this call has returned.
  const target = Buffer.allocUnsafeSlow(headerBytes + stream.extension.length + payloads.bytes);
  target.fill(0, 0, headerBytes);
  let markers = 0;
  let timestamps = 0;
  let lengths = 0;
  for (const { marker, timestamp90k, payloadBytes } of headers) {
    markers ^= marker ? 0x80 : 0;
    lengths ^= stream.extension.length + payloadBytes;
    timestamps ^= timestamp90k;
  }
  const isOdd = headers.length % 2 === 1;
  target[0] = isOdd ? 0x10 : 0;
  target[1] = markers | (isOdd ? stream.payloadType : 0);
  target.writeUInt16BE(lengths, 2);
  target.writeUInt32BE(timestamps >>> 0, 4);
  target[8] = 1;
  target.writeUInt32BE(stream.ssrc, 12);
  target.writeUInt16BE(base, 16);
  writeMask(target.subarray(FIXED_HEADER_BYTES, headerBytes), offsets);
  if (isOdd) target.set(stream.extension, headerBytes);
  else target.fill(0, headerBytes, headerBytes + stream.extension.length);
  const { buffer, byteOffset } = payloads.words;
  target.set(new Uint8Array(buffer, byteOffset, payloads.bytes), headerBytes + stream.extension.length);
  return target;
}

/** Bit 0 of each part is its k. */
function writeMask(target: Buffer, offsets: readonly number[]): void {
  target[target.length === 2 ? 0 : 2] = 0x80;
  for (const offset of offsets) {
    const bit = offset < SHORT_SPAN ? offset + 1 : offset + 2;
    target[bit >> 3] = (target[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
}
