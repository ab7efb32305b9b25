/**
 * Retransmissions of one consumer: packets that the viewer requests, within the budget of its line, and the tail of a silent
 * stream, which no viewer requests (core/rtp/tail-repeats.ts).
 *
 * They use a separate stream (RFC 4588), so reports distinguish original packets from retransmissions.
 */

import { NackHoldback } from '../core/rtp/nack-holdback.ts';
import { RtpHistory, type SentPacket } from '../core/rtp/rtp-history.ts';
import { numberedPayload } from '../core/rtp/vp8-packetizer.ts';
import type { ExtensionIds } from '../core/rtp/rtp-header.ts';
import { TailRepeats, type ArrivalReport } from '../core/rtp/tail-repeats.ts';
import { PACKET_OVERHEAD_BYTES, RtpStream, type RtpPath } from './rtp-stream.ts';

export class Retransmission {
  readonly stream: RtpStream;
  readonly #path: RtpPath;
  readonly #history = new RtpHistory();
  readonly #tail = new TailRepeats();
  readonly #holdback = new NackHoldback();

  constructor(ssrc: number, payloadType: number, path: RtpPath, extensionIds: ExtensionIds) {
    this.stream = new RtpStream(ssrc, payloadType, path, true, extensionIds);
    this.#path = path;
  }

  /** Whether answers are held back, because packets arrive in another order. */
  get isHeldBack(): boolean {
    return this.#holdback.isActive;
  }

  /** @param startsKeyframe whether it is a keyframe's first packet */
  sent(packet: SentPacket, startsKeyframe: boolean, nowUs: number): void {
    this.#history.add(packet, startsKeyframe, nowUs);
    this.#tail.sent(packet.sequenceNumber, startsKeyframe, nowUs);
  }

  onNack(lost: readonly number[], nowUs: number): void {
    const { line } = this.#path;
    for (const sequenceNumber of lost) {
      const requests = this.#history.request(sequenceNumber, nowUs, line.roundTripUs);
      if (requests === 1) this.#holdback.requested(1);
      if (requests === 0 || (requests === 1 && this.#holdback.isActive)) continue;
      const packet = this.#history.find(sequenceNumber);
      if (!packet) continue;
      // A request names up to a thousand packets: the others are ignored.
      if (!line.takeResend(bytesOf(packet), nowUs)) return;
      this.#repeat(packet, nowUs);
    }
  }

  /** @param report on the stream itself, or, according to its `ssrc`, on this one */
  onReport(report: ArrivalReport & { ssrc: number }, nowUs: number): void {
    if (report.ssrc === this.stream.ssrc) {
      this.stream.arrivals.onReport(report, this.stream.sent, nowUs);
      return this.#tail.onRepeatsReport(report);
    }
    this.#tail.onReport(report, nowUs, this.#path.line.roundTripUs);
    this.#holdback.onReport(report.cumulativeLost, nowUs);
  }

  /** No frame came for a while; call it a few times a second. */
  repeatTail(nowUs: number): void {
    const { line } = this.#path;
    const packetsOf = (numbers: readonly number[]) =>
      numbers.flatMap((number) => this.#history.find(number) ?? []);
    // A part of a frame is useless: the budget is taken for all of its packets.
    const mayRepeat = (numbers: readonly number[]): boolean =>
      line.takeWhole(
        packetsOf(numbers).reduce((sum, packet) => sum + bytesOf(packet), 0),
        nowUs,
      );
    let last: number | undefined;
    for (const packet of packetsOf(this.#tail.due(nowUs, { isRated: line.isRated(nowUs), mayRepeat })))
      last = this.#repeat(packet, nowUs) ?? last;
    if (last !== undefined) this.#tail.repeated(last);
  }

  clear(): void {
    this.#history.clear();
  }

  /** RFC 4588 section 4: the original sequence number precedes the original payload. */
  #repeat(packet: SentPacket, nowUs: number): number | undefined {
    this.#history.repeated(packet.sequenceNumber, nowUs);
    const payload = numberedPayload(packet.payload, packet.numbers, 2);
    payload.writeUInt16BE(packet.sequenceNumber, 0);
    return this.stream.send(payload, packet.timestamp90k, packet.marker);
  }
}

function bytesOf({ payload }: SentPacket): number {
  return payload.length + PACKET_OVERHEAD_BYTES;
}
