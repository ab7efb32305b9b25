/**
 * The streams of one camera to one viewer: the frames as they were forwarded, and what of them is sent again. It answers NACKs, and reads and
 * writes reports.
 */

import type { RtcpPacket } from 'werift';
import { timestamp90kAt } from '../core/rtp/rtp-clock.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import { ArrivalRate } from '../core/rtp/arrival-rate.ts';
import type { ForwardedFrame } from '../core/rtp/vp8-forwarder.ts';
import { numberedPayload, type RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { ConsumerStats } from './consumer-stats.ts';
import { ForwardErrorCorrection } from './forward-error-correction.ts';
import { PlayoutRelease } from './playout-release.ts';
import { Retransmission } from './retransmission.ts';
import type { ConsumerIdentity } from './rtp-parameters.ts';
import { ntpMiddle32, RtpStream, type OutgoingPacket, type RtpPath } from './rtp-stream.ts';

export class FrameSender {
  readonly #identity: ConsumerIdentity;
  readonly #path: RtpPath;
  readonly #media: RtpStream;
  /** Undefined for a viewer that takes none. */
  readonly #retransmission: Retransmission | undefined;
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
    const { ssrc, rtxSsrc, fecSsrc, format } = identity;
    const { vp8, rtx, flexfec, extensionIds } = format;
    this.#media = new RtpStream(ssrc, vp8, path, false, extensionIds);
    if (rtx !== undefined && rtxSsrc !== undefined)
      this.#retransmission = new Retransmission(rtxSsrc, rtx, path, extensionIds);
    const repeats = this.#retransmission?.stream;
    if (flexfec !== undefined && fecSsrc !== undefined)
      this.#correction = new ForwardErrorCorrection(fecSsrc, flexfec, identity, path);
    else this.#playout = new PlayoutRelease(repeats ? [this.#media, repeats] : [this.#media], path);
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
      packetsSent: this.#media.packetCount,
      bytesSent: this.#media.octetCount + (repeats?.octetCount ?? 0) + (repairs?.octetCount ?? 0),
      packetsRetransmitted: repeats ? repeats.packetCount - repeats.paddingCount : 0,
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
      this.#retransmission?.sent(packet, startsKeyframe, nowUs);
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
    this.#correction?.onReport(report, nowUs);
    this.#playout?.onReport(report, nowUs);
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

  /** What was sent is not sent again. */
  clear(): void {
    this.#retransmission?.clear();
    this.#correction?.restart();
  }

  close(): void {
    this.clear();
    this.#leaveLine();
  }
}
