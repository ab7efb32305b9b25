/**
 * The streams of one camera to one viewer: the forwarded frames, and their retransmissions. It answers NACKs, and reads and
 * writes reports.
 */

import type { RtcpPacket } from 'werift';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { timestamp90kAt } from '../core/rtp/rtp-clock.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import { ArrivalRate } from '../core/rtp/arrival-rate.ts';
import { FrameEnds } from '../core/rtp/frame-ends.ts';
import { LossWindow } from '../core/rtp/loss-window.ts';
import type { ForwardedFrame } from '../core/rtp/vp8-forwarder.ts';
import { numberedPayload, packetizeVp8, type RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import { MAX_PAYLOAD_BYTES } from './camera-track.ts';
import type { ConsumerStats } from './consumer-stats.ts';
import { ForwardErrorCorrection } from './forward-error-correction.ts';
import { PlayoutRelease } from './playout-release.ts';
import { Retransmission } from './retransmission.ts';
import type { ConsumerIdentity } from './rtp-parameters.ts';
import type { Vp8Numbers } from '../core/rtp/vp8-payload-descriptor.ts';
import { ntpMiddle32, RtpStream, type OutgoingPacket, type RtpPath } from './rtp-stream.ts';

const NOTHING = new Uint8Array();
/** A line with less room, as a share of the video, gets no more packets than it must. */
const FINE_SPARE_SHARE = 0.1;

/** The same frames in more packets, made once for all viewers who need that. */
const fine = new WeakMap<readonly RtpPayload[], readonly RtpPayload[]>();

export class FrameSender {
  readonly #identity: ConsumerIdentity;
  readonly #path: RtpPath;
  readonly #media: RtpStream;
  /** Undefined for a viewer without support. */
  readonly #retransmission: Retransmission | undefined;
  readonly #correction: ForwardErrorCorrection | undefined;
  readonly #playout: PlayoutRelease | undefined;
  readonly #losses = new LossWindow();
  /** Undefined for a viewer that may treat an empty packet as an error. */
  readonly #ends: FrameEnds | undefined;
  readonly #leaveLine: () => void;
  /** 0 … 1, from the last report. */
  #fractionLost = 0;
  /** Timestamp of the last frame. */
  #timestamp90k: number | undefined;

  constructor(identity: ConsumerIdentity, path: RtpPath) {
    this.#identity = identity;
    this.#path = path;
    const { ssrc, rtxSsrc, fecSsrc, format } = identity;
    const { vp8, rtx, flexfec, extensionIds } = format;
    this.#media = new RtpStream(ssrc, vp8, path, false, extensionIds);
    if (rtx !== undefined && rtxSsrc !== undefined)
      this.#retransmission = new Retransmission(rtxSsrc, rtx, path, extensionIds);
    const repeats = this.#retransmission?.stream;
    if (flexfec !== undefined && fecSsrc !== undefined)
      this.#correction = new ForwardErrorCorrection(fecSsrc, flexfec, identity, path);
    else this.#playout = new PlayoutRelease(repeats ? [this.#media, repeats] : [this.#media]);
    if (format.takesFrameEnds) this.#ends = new FrameEnds();
    this.#leaveLine = path.line.add(this.#media.arrivals, repeats?.arrivals ?? new ArrivalRate());
  }

  get figures(): Pick<
    ConsumerStats,
    | 'packetsSent'
    | 'bytesSent'
    | 'packetsRetransmitted'
    | 'repairPacketsSent'
    | 'fractionLost'
    | 'roundTripUs'
  > {
    const repeats = this.#retransmission?.stream;
    const repairs = this.#correction?.stream;
    return {
      packetsSent: this.#media.packetCount - this.#media.paddingCount,
      bytesSent: this.#media.octetCount + (repeats?.octetCount ?? 0) + (repairs?.octetCount ?? 0),
      packetsRetransmitted: repeats ? repeats.packetCount - repeats.paddingCount : 0,
      repairPacketsSent: repairs?.packetCount ?? 0,
      fractionLost: this.#fractionLost,
      roundTripUs: this.#path.line.roundTripUs,
    };
  }

  /** @returns whether the whole frame was sent */
  send(
    frame: Pick<EncodedFrame, 'data' | 'keyframe' | 'layer'>,
    { numbers, timestamp90k }: ForwardedFrame,
    shared: readonly RtpPayload[],
    nowUs: number,
  ): boolean {
    const { keyframe, layer } = frame;
    const payloads = this.#isFine(nowUs) ? finePayloads(frame, shared) : shared;
    let startsKeyframe = keyframe;
    let firstSequenceNumber: number | undefined;
    for (const { payload, marker } of payloads) {
      const sequenceNumber = this.#media.send(numberedPayload(payload, numbers), timestamp90k, marker);
      if (sequenceNumber === undefined) return false;
      firstSequenceNumber ??= sequenceNumber;
      const packet = { sequenceNumber, timestamp90k, marker, payload, numbers };
      this.#retransmission?.sent(packet, startsKeyframe, nowUs);
      startsKeyframe = false;
    }
    this.#timestamp90k = timestamp90k;
    if (keyframe) this.#correction?.restart();
    if (firstSequenceNumber !== undefined)
      this.#correction?.sent({ payloads, numbers, timestamp90k, firstSequenceNumber, layer }, nowUs);
    if (this.#ends?.areDue(this.#path.line.spareShare(nowUs), nowUs))
      this.#endFrame(timestamp90k, numbers, nowUs);
    return true;
  }

  /** Packets arrive in another order. */
  #isFine(nowUs: number): boolean {
    return this.#retransmission?.isHeldBack === true && this.#path.line.spareShare(nowUs) >= FINE_SPARE_SHARE;
  }

  /** After the repair packets: restored packets need not be requested. */
  #endFrame(timestamp90k: number, numbers: Vp8Numbers, nowUs: number): void {
    const sequenceNumber = this.#media.sendPadding(timestamp90k);
    if (sequenceNumber === undefined) return;
    // A viewer requests this one too, repeatedly.
    const packet = { sequenceNumber, timestamp90k, marker: false, payload: NOTHING, numbers };
    this.#retransmission?.sent(packet, false, nowUs);
  }

  /**
   * An empty packet, to be sent at once; undefined before the first frame. @param bytes at most, including headers
   */
  padding(bytes: number): OutgoingPacket | undefined {
    if (this.#timestamp90k === undefined) return undefined;
    return this.#retransmission?.stream.padding(bytes, this.#timestamp90k);
  }

  onNack(lost: readonly number[], nowUs: number): void {
    this.#retransmission?.onNack(lost, nowUs);
  }

  onReport(report: ViewerFeedback & { kind: 'report' }, nowUs: number): void {
    const { line } = this.#path;
    line.onReport(report.lastSr, report.delaySinceLastSr, ntpMiddle32(nowUs));
    this.#retransmission?.onReport(report, nowUs);
    if (report.ssrc !== this.#identity.ssrc) return;
    this.#fractionLost = report.fractionLost;
    const losses = this.#losses.add(report, line.roundTripUs, nowUs);
    if (losses)
      for (const answer of [this.#correction, this.#playout, this.#ends]) answer?.onLosses(losses, nowUs);
    this.#media.arrivals.onReport(report, this.#media.sent, nowUs);
  }

  /** No frame came for a while. */
  repeatTail(nowUs: number): void {
    this.#retransmission?.repeatTail(nowUs);
  }

  /** @returns the RTCP packets that are due */
  report(nowUs: number): RtcpPacket[] {
    if (this.#media.packetCount === 0) return [];
    return this.#media.senderReport(this.#identity.cname, nowUs, timestamp90kAt);
  }

  /** Forgets sent packets, so that none is sent again. */
  clear(): void {
    this.#retransmission?.clear();
    this.#correction?.restart();
  }

  close(): void {
    this.clear();
    this.#leaveLine();
  }
}

function finePayloads(
  frame: Pick<EncodedFrame, 'data' | 'layer'>,
  shared: readonly RtpPayload[],
): readonly RtpPayload[] {
  const payloads = fine.get(shared) ?? packetizeVp8(frame, MAX_PAYLOAD_BYTES, true);
  fine.set(shared, payloads);
  return payloads;
}
