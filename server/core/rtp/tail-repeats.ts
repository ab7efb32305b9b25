/**
 * When a stream falls silent, its last packets are its tail. A viewer notices a lost packet by the next one that arrives, so
 * nobody asks for a lost tail: a viewer who joins a stalled camera would wait for its one picture for ever. The tail is sent
 * again until a receiver report covers it.
 *
 * Invariants: nothing is repeated that a report covers, or that a report under way may still cover, and a tail at most
 * MAX_PASSES times. Time is an argument.
 */

import { sequenceAfter, sequenceDistance } from './sequence-numbers.ts';

/** What a receiver report says of one stream. */
export interface ArrivalReport {
  /** The highest sequence number that arrived, u16 or extended. */
  highestSequence: number;
  cumulativeLost: number;
}

export const MAX_PASSES = 6;
/** Before the first report nothing may have arrived at all. */
const FIRST_WAIT_US = 200_000;
/** Reports come about once a second, up to one and a half. */
const REPORT_WAIT_US = 1_600_000;
/** A report leaves a little later than the packet arrives that it covers. */
const REPORT_MARGIN_US = 50_000;
/** Packets: the largest keyframe. */
const MAX_TAIL = 256;

export class TailRepeats {
  /** The oldest packet that is worth repeating: a keyframe's first. */
  #first: number | undefined;
  #last = 0;
  #sentUs = 0;
  #highest: number | undefined;
  /** Of the stream of retransmissions, by its last report. */
  #repeatsLost = 0;
  #passes = 0;
  #passUs = 0;
  /** The last pass, while no report covers it: the number of its last packet, and what was lost before it. */
  #pass: { last: number; lostBefore: number } | undefined;
  /** A report that could have covered it did not. */
  #isMissing = false;

  /** @param startsAnew nothing before this packet is of use any more */
  sent(sequenceNumber: number, startsAnew: boolean, nowUs: number): void {
    if (startsAnew || this.#first === undefined) this.#first = sequenceNumber;
    this.#last = sequenceNumber;
    this.#sentUs = nowUs;
    this.#passes = 0;
    this.#pass = undefined;
    this.#isMissing = false;
  }

  /** A report on the stream itself. */
  onReport({ highestSequence }: ArrivalReport, nowUs: number, roundTripUs: number): void {
    if (this.#first === undefined) return;
    this.#highest = highestSequence & 0xffff;
    const lastSentUs = this.#passes > 0 ? this.#passUs : this.#sentUs;
    if (sequenceDistance(this.#highest, this.#last) >= 0) this.#first = undefined;
    else if (nowUs - lastSentUs > roundTripUs + REPORT_MARGIN_US) this.#isMissing = true;
  }

  /** A report on the stream of retransmissions. */
  onRepeatsReport({ highestSequence, cumulativeLost }: ArrivalReport): void {
    const pass = this.#pass;
    if (pass && sequenceDistance(highestSequence & 0xffff, pass.last) >= 0) {
      if (cumulativeLost <= pass.lostBefore) this.#first = undefined;
      this.#pass = undefined;
    }
    this.#repeatsLost = cumulativeLost;
  }

  /** @returns the packets to send again now, in order; mostly none. Each call that returns some is a pass. */
  due(nowUs: number): number[] {
    if (this.#first === undefined || this.#passes >= MAX_PASSES) return [];
    const waitUs = (this.#highest === undefined ? FIRST_WAIT_US : REPORT_WAIT_US) * 2 ** this.#passes;
    const lastSentUs = this.#passes > 0 ? this.#passUs : this.#sentUs;
    if (!this.#isMissing && nowUs - lastSentUs < waitUs) return [];
    this.#passes++;
    this.#passUs = nowUs;
    this.#isMissing = false;
    const arrived = this.#highest === undefined ? -1 : sequenceDistance(this.#highest, this.#first);
    const length = sequenceDistance(this.#last, this.#first) - arrived;
    const count = Math.min(length, MAX_TAIL);
    return Array.from({ length: count }, (_, i) => sequenceAfter(this.#last, i + 1 - count + 65_536));
  }

  /** @param last the number, in the stream of retransmissions, of the last packet of this pass */
  repeated(last: number): void {
    this.#pass = { last, lostBefore: this.#repeatsLost };
  }
}
