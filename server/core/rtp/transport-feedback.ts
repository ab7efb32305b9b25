/**
 * Reads one transport-wide feedback packet: which packets of all streams arrived at a viewer, and when
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |                     SSRC of packet sender                     |
 *   4 |                      SSRC of media source                     |
 *   8 |      base sequence number     |      packet status count      |
 *  12 |                 reference time                | fb pkt. count |
 *  16 |          packet chunk         |         packet chunk          |
 *     .                                                               .
 *     |  recv delta (1 or 2 bytes each)  |  …  |      zero padding      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * A chunk is a run length (0, 2 bits of status, 13 of length), 14 statuses of one bit (10…) or 7 of two bits (11…).
 *
 * Invariants: an inconsistent packet (chunks or deltas that end too soon, a reserved status) yields nothing; at most
 * `maxStatuses` statuses are read.
 */

export interface TransportFeedback {
  /** u16, of the first status. */
  baseSequence: number;
  /** u24, in units of 64 ms, on a clock of the viewer. */
  referenceTime: number;
  /** u8, one more in each packet. */
  feedbackCount: number;
  /** One for each packet from `baseSequence` on: µs after the reference time, maybe negative; undefined: it has not arrived. */
  arrivals: (number | undefined)[];
}

const HEADER_BYTES = 16;
const DELTA_US = 250;
const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;

/** @param body from the sender's SSRC on, without padding of RTCP. @returns undefined for a malformed or too large packet */
export function readTransportFeedback(body: Buffer, maxStatuses: number): TransportFeedback | undefined {
  if (body.length < HEADER_BYTES) return undefined;
  const count = body.readUInt16BE(10);
  if (count > maxStatuses) return undefined;
  const statuses: number[] = [];
  let offset = HEADER_BYTES;
  for (; statuses.length < count; offset += 2) {
    if (offset + 2 > body.length) return undefined;
    pushStatuses(statuses, body.readUInt16BE(offset), count);
  }
  const arrivals = arrivalsOf(statuses, body.subarray(offset));
  return (
    arrivals && {
      baseSequence: body.readUInt16BE(8),
      referenceTime: body.readUIntBE(12, 3),
      feedbackCount: body.readUInt8(15),
      arrivals,
    }
  );
}

/** Appends the statuses of one chunk, up to `count`: the last chunk may have room for more. */
function pushStatuses(statuses: number[], chunk: number, count: number): void {
  if ((chunk & 0x8000) === 0) {
    const end = Math.min(count, statuses.length + (chunk & 0x1fff));
    while (statuses.length < end) statuses.push((chunk >> 13) & 3);
    return;
  }
  const bits = (chunk & 0x4000) === 0 ? 1 : 2;
  for (let shift = 14 - bits; shift >= 0 && statuses.length < count; shift -= bits)
    statuses.push((chunk >> shift) & (bits === 1 ? 1 : 3));
}

/** Each delta is to the packet before that arrived, the first one to the reference time. */
function arrivalsOf(statuses: readonly number[], deltas: Buffer): (number | undefined)[] | undefined {
  const arrivals: (number | undefined)[] = [];
  let us = 0;
  let offset = 0;
  for (const status of statuses) {
    if (status === NOT_RECEIVED) {
      arrivals.push(undefined);
      continue;
    }
    if (status > LARGE_DELTA || offset + status > deltas.length) return undefined;
    us += DELTA_US * (status === SMALL_DELTA ? deltas.readUInt8(offset) : deltas.readInt16BE(offset));
    offset += status;
    arrivals.push(us);
  }
  return arrivals;
}
