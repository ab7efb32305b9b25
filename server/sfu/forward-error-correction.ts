/**
 * Forward error correction of one consumer (FlexFEC, core/rtp/flexfec.ts): on a line with losses and a long round trip,
 * repair packets follow each frame, on a stream of their own, so that the viewer need not wait for a retransmission.
 *
 * Only for viewers whose browser supports it. Invariant: a line without room for it, or without losses, carries none.
 */

import { CorrectionShare } from '../core/rtp/correction-share.ts';
import { flexfecPayload, type ProtectedHeader, type ProtectedStream } from '../core/rtp/flexfec.ts';
import type { LineLosses } from '../core/rtp/loss-window.ts';
import { parityOfParities, picked, sharedParityOf } from '../core/rtp/parity.ts';
import { RepairPlan, type ProtectedPart } from '../core/rtp/repair-plan.ts';
import { RTP_HEADER_BYTES, writeRtpHeader, type ExtensionIds } from '../core/rtp/rtp-header.ts';
import { sequenceAfter } from '../core/rtp/sequence-numbers.ts';
import type { RtpFormat } from '../core/rtp/rtp-format.ts';
import type { RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { FrameLayer } from '../core/video/encoded-frame.ts';
import { xorVp8Numbers, type Vp8Numbers } from '../core/rtp/vp8-payload-descriptor.ts';
import { RtpStream, type RtpPath } from './rtp-stream.ts';

const RTP_FIXED_HEADER_BYTES = 12;

/** A frame as one viewer got it. */
export interface SentFrame {
  /** Many viewers may share them: their array is the same for all of them then. */
  readonly payloads: readonly RtpPayload[];
  /** The viewer's own in each of the payloads. */
  readonly numbers: Vp8Numbers;
  readonly firstSequenceNumber: number;
  readonly timestamp90k: number;
  readonly layer: FrameLayer | undefined;
}

/** The stream that is protected. */
export interface ProtectedMedia {
  readonly ssrc: number;
  readonly format: RtpFormat;
}

export class ForwardErrorCorrection {
  readonly stream: RtpStream;
  readonly #path: RtpPath;
  readonly #protected: ProtectedStream;
  readonly #plan = new RepairPlan<SentFrame>();
  readonly #share = new CorrectionShare();

  constructor(ssrc: number, payloadType: number, media: ProtectedMedia, path: RtpPath) {
    const { extensionIds, vp8 } = media.format;
    this.stream = new RtpStream(ssrc, payloadType, path, false, extensionIds);
    this.#path = path;
    this.#protected = { ssrc: media.ssrc, payloadType: vp8, extension: extensionOfAll(extensionIds) };
  }

  /** Repair packets, of the packets of video; 0 while there are none. */
  share(nowUs: number): number {
    return Math.min(this.#share.share, this.#path.line.spareShare(nowUs));
  }

  /** @param losses of the stream that is protected */
  onLosses(losses: LineLosses, nowUs: number): void {
    this.#share.onLosses(losses, nowUs);
    this.#path.line.correctionShare = this.#share.share;
  }

  /** A frame was sent; sends its repair packets. */
  sent(frame: SentFrame, nowUs: number): void {
    for (const parts of this.#plan.next(frame, this.share(nowUs)))
      this.stream.send(this.#repairOf(parts), frame.timestamp90k, false);
  }

  /** Frames were left out, or the viewer no longer needs any earlier frame. */
  restart(): void {
    this.#plan.restart();
  }

  #repairOf(parts: readonly ProtectedPart<SentFrame>[]): Buffer {
    const headers = parts.flatMap(({ frame, pattern }) => picked(headersOf(frame), pattern));
    const parity = parityOfParities(
      parts.map(({ frame, pattern }) => sharedParityOf(frame.payloads, pattern)),
    );
    const repair = flexfecPayload(this.#protected, headers, parity);
    // The parity covers payloads without numbers.
    for (const { frame, pattern } of parts)
      if (pattern.length % 2 === 1) xorVp8Numbers(repair, repair.length - parity.bytes, frame.numbers);
    return repair;
  }
}

function headersOf({ payloads, firstSequenceNumber, timestamp90k }: SentFrame): ProtectedHeader[] {
  return payloads.map(({ payload, marker }, i) => ({
    sequenceNumber: sequenceAfter(firstSequenceNumber, i),
    timestamp90k,
    marker,
    payloadBytes: payload.length,
  }));
}

/** The header extension of every packet; the receiver takes the fields that change on the way as zeros. */
function extensionOfAll(extensionIds: ExtensionIds): Buffer {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  const numbers = { sequenceNumber: 0, timestamp90k: 0, ssrc: 0, transportSequence: 0 };
  writeRtpHeader(header, { payloadType: 0, marker: false, extensionIds, ...numbers });
  return header.subarray(RTP_FIXED_HEADER_BYTES);
}
