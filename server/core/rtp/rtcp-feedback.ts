/**
 * Parses a viewer's RTCP: receiver reports (RFC 3550 section 6.4.2), generic NACKs (RFC 4585 section 6.2.1), PLI (RFC
 * 4585 section 6.3.1), FIR (RFC 5104 section 4.3.1), reference times (RFC 3611 section 4.4), transport-wide feedback
 * (transport-feedback.ts) and REMB (draft-alvestrand-rmcat-remb-03). Other packets are skipped.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P| RC, FMT |      PT       |   length in words, minus one  |
 *   4 |                     SSRC of packet sender                     |
 *   8 |        SSRC of media source (feedback), or the content        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Invariants: each packet of a compound one is read within its own length; the work is linear in the bytes, and one datagram
 * yields at most MAX_LOST sequence numbers of lost packets, and MAX_STATUSES of transport-wide ones. (werift 0.25.2 reads each
 * packet to the end of the datagram, and creates an object for every packet that a transport-wide report claims: 1,200 bytes keep
 * it busy for seconds.)
 */

import type { ReferenceTime } from './extended-report.ts';
import { readTransportFeedback, type TransportFeedback } from './transport-feedback.ts';

export type ViewerFeedback =
  | {
      kind: 'report';
      ssrc: number;
      /** 0 … 1, since the report before. */
      fractionLost: number;
      /** Since the first packet; a duplicate packet reduces the count. */
      cumulativeLost: number;
      /** The highest sequence number that arrived, u32: the upper half counts its wraps. */
      highestSequence: number;
      /** Middle 32 bits of the NTP time of the last sender report, 0 without one. */
      lastSr: number;
      /** 1/65536 s. */
      delaySinceLastSr: number;
    }
  /** Its `ssrc` is the viewer's own, see extended-report.ts. */
  | ({ kind: 'referenceTime' } & ReferenceTime)
  /** About the packets of all streams, whichever `ssrc` it names. */
  | ({ kind: 'transport'; ssrc: number } & TransportFeedback)
  /** The bits per second that a viewer thinks it can receive of all streams; its `ssrc` is the viewer's own. */
  | { kind: 'remb'; ssrc: number; bps: number }
  | { kind: 'nack'; ssrc: number; /** u16. */ lost: number[] }
  | { kind: 'keyframe'; ssrc: number };

const RECEIVER_REPORT = 201;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const EXTENDED_REPORT = 207;
const REFERENCE_TIME = 4;
const GENERIC_NACK = 1;
const TRANSPORT_WIDE = 15;
const APPLICATION_LAYER = 15;
const PICTURE_LOSS = 1;
const FULL_INTRA_REQUEST = 4;
const HEADER_BYTES = 4;
const REPORT_BLOCK_BYTES = 24;
const FIR_ENTRY_BYTES = 8;
/** "REMB". */
const REMB = 0x52454d42;
/** The most lost packets that can be retransmitted: the history of one consumer. */
const MAX_LOST = 1024;
/** A quarter of a second of all the cameras of a large page. */
const MAX_STATUSES = 2048;

/** @param compound decrypted, one or several packets; parsing stops at malformed data */
export function readRtcp(compound: Buffer): ViewerFeedback[] {
  const feedback: ViewerFeedback[] = [];
  let budget = MAX_LOST;
  let statuses = MAX_STATUSES;
  for (let offset = 0; offset + HEADER_BYTES <= compound.length;) {
    const end = offset + HEADER_BYTES + 4 * compound.readUInt16BE(offset + 2);
    if (compound.readUInt8(offset) >> 6 !== 2 || end > compound.length) break;
    const count = compound.readUInt8(offset) & 0x1f;
    const type = compound.readUInt8(offset + 1);
    const body = withoutPadding(compound, offset, end);
    if (type === RECEIVER_REPORT) feedback.push(...reports(body, count));
    else if (type === EXTENDED_REPORT) feedback.push(...referenceTimes(body));
    else if (body.length < 8) {
      // Too short for any feedback.
    } else if (type === TRANSPORT_FEEDBACK && count === GENERIC_NACK) {
      const lost = lostPackets(body, budget);
      budget -= lost.length;
      feedback.push({ kind: 'nack', ssrc: body.readUInt32BE(4), lost });
    } else if (type === TRANSPORT_FEEDBACK && count === TRANSPORT_WIDE) {
      const transport = readTransportFeedback(body, statuses);
      if (transport) feedback.push({ kind: 'transport', ssrc: body.readUInt32BE(4), ...transport });
      statuses -= transport?.arrivals.length ?? 0;
    } else if (type === PAYLOAD_FEEDBACK && count === APPLICATION_LAYER) {
      feedback.push(...receivableRates(body));
    } else if (type === PAYLOAD_FEEDBACK && count === PICTURE_LOSS) {
      feedback.push({ kind: 'keyframe', ssrc: body.readUInt32BE(4) });
    } else if (type === PAYLOAD_FEEDBACK && count === FULL_INTRA_REQUEST) {
      for (let entry = 8; entry + FIR_ENTRY_BYTES <= body.length; entry += FIR_ENTRY_BYTES)
        feedback.push({ kind: 'keyframe', ssrc: body.readUInt32BE(entry) });
    }
    offset = end;
  }
  return feedback;
}

/** A packet without its header, from the sender's SSRC on. */
function withoutPadding(compound: Buffer, offset: number, end: number): Buffer {
  const body = compound.subarray(offset + HEADER_BYTES, end);
  const isPadded = (compound.readUInt8(offset) & 0x20) !== 0;
  return isPadded ? body.subarray(0, Math.max(0, body.length - (body.at(-1) ?? 0))) : body;
}

function reports(body: Buffer, count: number): ViewerFeedback[] {
  const blocks: ViewerFeedback[] = [];
  for (let i = 0, block = 4; i < count && block + REPORT_BLOCK_BYTES <= body.length; i++) {
    blocks.push({
      kind: 'report',
      ssrc: body.readUInt32BE(block),
      fractionLost: body.readUInt8(block + 4) / 256,
      cumulativeLost: body.readIntBE(block + 5, 3),
      highestSequence: body.readUInt32BE(block + 8),
      lastSr: body.readUInt32BE(block + 16),
      delaySinceLastSr: body.readUInt32BE(block + 20),
    });
    block += REPORT_BLOCK_BYTES;
  }
  return blocks;
}

/** Report blocks of a type, a length in words, and the content. */
function referenceTimes(body: Buffer): ViewerFeedback[] {
  const times: ViewerFeedback[] = [];
  for (let block = 4; block + 4 <= body.length;) {
    const end = block + 4 + 4 * body.readUInt16BE(block + 2);
    if (body.readUInt8(block) === REFERENCE_TIME && end >= block + 12 && end <= body.length)
      times.push({
        kind: 'referenceTime',
        ssrc: body.readUInt32BE(0),
        middle32: body.readUInt32BE(block + 6),
      });
    block = end;
  }
  return times;
}

/** Identifier, number of SSRCs (8 bits), exponent (6 bits) and mantissa (18 bits) of the rate, and the SSRCs. */
function receivableRates(body: Buffer): ViewerFeedback[] {
  if (body.length < 16 || body.readUInt32BE(8) !== REMB) return [];
  const rate = body.readUIntBE(13, 3);
  return [{ kind: 'remb', ssrc: body.readUInt32BE(0), bps: (rate & 0x3ffff) * 2 ** (rate >> 18) }];
}

/** Packet id and a bit mask of the 16 following packets, repeated. */
function lostPackets(body: Buffer, max: number): number[] {
  const lost: number[] = [];
  for (let entry = 8; entry + 4 <= body.length && lost.length < max; entry += 4) {
    const first = body.readUInt16BE(entry);
    const mask = body.readUInt16BE(entry + 2);
    lost.push(first);
    for (let bit = 0; bit < 16 && lost.length < max; bit++)
      if ((mask >> bit) & 1) lost.push((first + bit + 1) & 0xffff);
  }
  return lost;
}
