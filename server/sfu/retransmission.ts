/**
 * What one consumer sends again: packets that the viewer asks for, and the end of a stream that fell silent, which no viewer
 * asks for (core/rtp/tail-repeats.ts).
 *
 * Sent on a stream of its own (RFC 4588), so each report tells apart what arrived at first and what was repeated.
 */

import { RtpHistory, type SentPacket } from '../core/rtp/rtp-history.ts';
import { TailRepeats, type ArrivalReport } from '../core/rtp/tail-repeats.ts';
import { RTX_PAYLOAD_TYPE } from './rtp-parameters.ts';
import { RtpStream, type RtpPath } from './rtp-stream.ts';

export class Retransmission {
  readonly stream: RtpStream;
  readonly #history = new RtpHistory();
  readonly #tail = new TailRepeats();

  constructor(ssrc: number, path: RtpPath) {
    this.stream = new RtpStream(ssrc, RTX_PAYLOAD_TYPE, path);
  }

  /** @param startsKeyframe whether it is a keyframe's first packet */
  sent(packet: SentPacket, startsKeyframe: boolean, nowUs: number): void {
    this.#history.add(packet, nowUs);
    this.#tail.sent(packet.sequenceNumber, startsKeyframe, nowUs);
  }

  onNack(lost: readonly number[], nowUs: number, roundTripUs: number): void {
    for (const sequenceNumber of lost) {
      const packet = this.#history.take(sequenceNumber, nowUs, roundTripUs);
      if (packet) this.#send(packet);
    }
  }

  /** @param report on the stream itself, or, where its `ssrc` says so, on this one */
  onReport(report: ArrivalReport & { ssrc: number }, nowUs: number, roundTripUs: number): void {
    if (report.ssrc === this.stream.ssrc) this.#tail.onRepeatsReport(report);
    else this.#tail.onReport(report, nowUs, roundTripUs);
  }

  /** No frame came for a while; call it a few times a second. */
  repeatTail(nowUs: number): void {
    let last: number | undefined;
    for (const sequenceNumber of this.#tail.due(nowUs)) {
      const packet = this.#history.find(sequenceNumber);
      if (packet) last = this.#send(packet);
    }
    if (last !== undefined) this.#tail.repeated(last);
  }

  clear(): void {
    this.#history.clear();
  }

  /** RFC 4588 section 4: the original sequence number precedes the original payload. */
  #send(packet: SentPacket): number | undefined {
    const payload = Buffer.allocUnsafe(2 + packet.payload.length);
    payload.writeUInt16BE(packet.sequenceNumber, 0);
    payload.set(packet.payload, 2);
    return this.stream.send(payload, packet.timestamp90k, packet.marker);
  }
}
