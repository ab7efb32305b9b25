/**
 * The streams of one camera to one viewer: the frames as they were forwarded, and what of them is sent again. It answers NACKs, and reads and
 * writes reports.
 */

import type { RtcpPacket } from 'werift';
import { timestamp90kAt } from '../core/rtp/rtp-clock.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import type { ForwardedFrame } from '../core/rtp/vp8-forwarder.ts';
import { numberedPayload, type RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { ConsumerStats } from './consumer-stats.ts';
import { ForwardErrorCorrection } from './forward-error-correction.ts';
import { PlayoutRelease } from './playout-release.ts';
import { Retransmission } from './retransmission.ts';
import { VP8_PAYLOAD_TYPE, type ConsumerIdentity } from './rtp-parameters.ts';
import { ntpMiddle32, RtpStream, type OutgoingPacket, type RtpPath } from './rtp-stream.ts';

export class FrameSender {
  readonly #identity: ConsumerIdentity;
  readonly #path: RtpPath;
  readonly #media: RtpStream;
  readonly #retransmission: Retransmission;
  readonly #correction: ForwardErrorCorrection | undefined;
  readonly #playout: PlayoutRelease | undefined;
  readonly #leaveLine: () => void;
  /** 0 … 1, from the last report. */
  #fractionLost = 0;
  /** Of the last frame. */
  #timestamp90k: number | undefined;

  constructor(identity: ConsumerIdentity, path: RtpPath) {
    this.#identity = identity;
    this.#path = path;
    this.#media = new RtpStream(identity.ssrc, VP8_PAYLOAD_TYPE, path);
    this.#retransmission = new Retransmission(identity.rtxSsrc, path);
    if (identity.fecSsrc !== undefined)
      this.#correction = new ForwardErrorCorrection(identity.fecSsrc, identity.ssrc, path);
    else this.#playout = new PlayoutRelease([this.#media, this.#retransmission.stream], path);
    this.#leaveLine = path.line.add(this.#media.arrivals, this.#retransmission.stream.arrivals);
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
    const repairs = this.#correction?.stream;
    return {
      packetsSent: this.#media.packetCount,
      bytesSent: this.#media.octetCount + this.#retransmission.stream.octetCount + (repairs?.octetCount ?? 0),
      packetsRetransmitted:
        this.#retransmission.stream.packetCount - this.#retransmission.stream.paddingCount,
      repairPacketsSent: repairs?.packetCount ?? 0,
      fractionLost: this.#fractionLost,
      roundTripUs: this.#path.line.roundTripUs,
    };
  }

  /** @returns whether the whole frame was sent */
  send(
    isKeyframe: boolean,
    { numbers, timestamp90k }: ForwardedFrame,
    payloads: readonly RtpPayload[],
    nowUs: number,
  ): boolean {
    let startsKeyframe = isKeyframe;
    let firstSequenceNumber: number | undefined;
    for (const { payload, marker } of payloads) {
      const sequenceNumber = this.#media.send(numberedPayload(payload, numbers), timestamp90k, marker);
      if (sequenceNumber === undefined) return false;
      firstSequenceNumber ??= sequenceNumber;
      const packet = { sequenceNumber, timestamp90k, marker, payload, numbers };
      this.#retransmission.sent(packet, startsKeyframe, nowUs);
      startsKeyframe = false;
    }
    this.#timestamp90k = timestamp90k;
    if (isKeyframe) this.#correction?.restart();
    if (firstSequenceNumber !== undefined)
      this.#correction?.sent({ payloads, numbers, timestamp90k, firstSequenceNumber }, nowUs);
    return true;
  }

  /** A packet that holds nothing, to be sent at once; undefined before the first frame. @param bytes at most, as a line carries it */
  padding(bytes: number): OutgoingPacket | undefined {
    if (this.#timestamp90k === undefined) return undefined;
    return this.#retransmission.stream.padding(bytes, this.#timestamp90k);
  }

  onNack(lost: readonly number[], nowUs: number): void {
    this.#retransmission.onNack(lost, nowUs);
  }

  onReport(report: ViewerFeedback & { kind: 'report' }, nowUs: number): void {
    const { line } = this.#path;
    line.onReport(report.lastSr, report.delaySinceLastSr, ntpMiddle32(nowUs));
    this.#retransmission.onReport(report, nowUs);
    if (report.ssrc !== this.#identity.ssrc) return;
    this.#fractionLost = report.fractionLost;
    this.#correction?.onReport(report, nowUs);
    this.#playout?.onReport(report, nowUs);
    this.#media.arrivals.onReport(report, this.#media.sent, nowUs);
  }

  /** No frame came for a while. */
  repeatTail(nowUs: number): void {
    this.#retransmission.repeatTail(nowUs);
  }

  /** @returns the RTCP packets that are due */
  report(nowUs: number): RtcpPacket[] {
    if (this.#media.packetCount === 0) return [];
    return this.#media.senderReport(this.#identity.cname, nowUs, timestamp90kAt);
  }

  /** What was sent is not sent again. */
  clear(): void {
    this.#retransmission.clear();
    this.#correction?.restart();
  }

  close(): void {
    this.clear();
    this.#leaveLine();
  }
}
