/**
 * Applies the estimate of one viewer's line: the pace at which packets leave, the allocation of each camera, and the probes that
 * test for more.
 *
 * Invariant: everything that depends on the estimate follows it, with each feedback and each second; no measurement of one path
 * applies to the next.
 */

import type { Clock } from '../core/clock.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import { ViewerLine } from '../core/rtp/viewer-line.ts';
import { LineAllocation } from './line-allocation.ts';
import { PacedSending } from './paced-sending.ts';
import type { OutgoingPacket } from './rtp-stream.ts';

export interface LineControlOptions {
  clock: Clock;
  /** Sends over the path in use. */
  send: (datagram: Buffer) => void;
  /** A packet of padding, of `bytes` at most; undefined while no video flows. */
  padding: (bytes: number) => OutgoingPacket | undefined;
}

export class LineControl {
  readonly line = new ViewerLine();
  readonly allocation = new LineAllocation(() => this.line.limitBps, this.#want.bind(this));
  readonly #pacer: PacedSending;
  readonly #clock: Clock;
  /** A datagram was sent over the path. */
  #isUsed = false;

  constructor({ clock, send, padding }: LineControlOptions) {
    this.#clock = clock;
    this.#pacer = new PacedSending(
      clock,
      (packet, probe, nowUs) => send(packet.write(this.line.bandwidth.sent(packet.bytes, probe, nowUs))),
      padding,
    );
  }

  /** See Pacer. */
  get isFilling(): boolean {
    return this.#pacer.isFilling;
  }

  get isFull(): boolean {
    return this.#pacer.isFull;
  }

  replace(ssrc: number, bytes: number): boolean {
    return this.#pacer.replace(ssrc, bytes);
  }

  send(packet: OutgoingPacket): void {
    const nowUs = this.#clock();
    if (!this.#isUsed) this.#probe(nowUs);
    this.#isUsed = true;
    this.#pacer.add(packet, nowUs);
  }

  /** @param isPathFull sent packets wait on this machine */
  onFeedback(feedback: ViewerFeedback & { kind: 'transport' | 'remb' }, isPathFull: boolean): void {
    const nowUs = this.#clock();
    const { bandwidth, roundTripUs } = this.line;
    if (feedback.kind === 'remb') bandwidth.onRemb(feedback.bps, nowUs);
    else bandwidth.onFeedback(feedback, roundTripUs, nowUs);
    if (isPathFull) bandwidth.onPathFull(roundTripUs, nowUs);
    this.#follow(nowUs);
    this.#probe(nowUs);
  }

  /** The viewer uses another path, so its line is new. */
  restart(nowUs: number): void {
    this.line.restart(nowUs);
    this.#isUsed = false;
    this.allocation.restart(nowUs);
  }

  /** Call it about once a second. */
  tick(nowUs: number): void {
    this.#follow(nowUs);
    this.allocation.update(nowUs);
    this.#want(this.allocation.wantedBps);
  }

  close(): void {
    this.#pacer.close();
  }

  /** The estimate of the line may have changed. */
  #follow(nowUs: number): void {
    if (this.line.follow(nowUs)) this.allocation.estimateChanged();
    this.#setPace();
    this.allocation.updateIfDue(nowUs);
  }

  #want(wantedBps: number): void {
    this.line.bandwidth.wantedBps = wantedBps;
    this.#setPace();
  }

  #setPace(): void {
    const { bandwidth, targetBps, limitBps } = this.line;
    this.#pacer.setRate(targetBps, limitBps === undefined ? bandwidth.wantedBps : undefined);
  }

  #probe(nowUs: number): void {
    const probe = this.line.bandwidth.probeDue(nowUs);
    if (probe) this.#pacer.startProbe(probe, nowUs);
  }
}
