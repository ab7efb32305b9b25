/**
 * When a stream falls silent, its last packets are its tail. A viewer detects a lost packet when the next one arrives, so it
 * never requests a lost tail: a viewer who joins a stalled camera would wait for its one picture forever. The tail is sent again
 * until a receiver report covers it.
 *
 * Invariants: a packet is not repeated if a report covers it, or a report in flight may still cover it; a tail is repeated at
 * most MAX_PASSES times, further packets of it only once reports show progress, and after the first time only if the caller
 * allows it: a viewer that sends no reports, or false ones, gets no more. Time is an argument.
 */

import { sequenceDistance } from './sequence-numbers.ts';

/** One report block of a receiver report. */
export interface ArrivalReport {
  /** The highest sequence number that arrived, u16 or extended. */
  highestSequence: number;
  cumulativeLost: number;
}

export const MAX_PASSES = 6;
/** Before the first report nothing may have arrived at all. */
const FIRST_WAIT_US = 200_000;
/** Time until the first report; a line that also carries other video, or a large keyframe, may be later. */
const MAX_FIRST_WAIT_US = 1_000_000;
/** Duration of a packet on a line of 256 kbit/s, the assumed rate of an unknown line. */
const SLOW_PACKET_US = 38_000;
/** Reports come about once a second, up to one and a half. */
const REPORT_WAIT_US = 1_600_000;
/** A report leaves a little later than the packet arrives that it covers. */
const REPORT_MARGIN_US = 50_000;
/** Packets: the largest keyframe. */
const MAX_TAIL = 256;

export interface TailLine {
  /** Other video uses the line. */
  isRated: boolean;
  /** @returns whether these packets may be sent again now, all of them */
  mayRepeat: (numbers: readonly number[]) => boolean;
}

export class TailRepeats {
  // Numbers of packets do not wrap in here: a stream without a keyframe may be longer than 2^15 packets.
  /** The oldest packet that is worth repeating: a keyframe's first. */
  #first: number | undefined;
  #last: number | undefined;
  #sentUs = 0;
  #highest: number | undefined;
  /** Lost packets of the retransmission stream, according to its last report. */
  #repeatsLost = 0;
  /** The tail was repeated since it began. */
  #isRepeated = false;
  #passes = 0;
  #passUs = -Infinity;
  /** `#highest` at the last pass. */
  #passHighest: number | undefined;
  /** The last pass, while no report covers it: the number of its last packet, and what was lost before it. */
  #pass: { last: number; lostBefore: number } | undefined;
  /** A report that could have covered it did not. */
  #isMissing = false;

  /** @param startsAnew packets before this one are no longer needed */
  sent(sequenceNumber: number, startsAnew: boolean, nowUs: number): void {
    const last = this.#unwrap(sequenceNumber);
    if (startsAnew || this.#first === undefined) {
      this.#first = last;
      this.#isRepeated = false;
      this.#passes = 0;
    }
    if (this.#highest !== this.#passHighest) this.#passes = 0;
    this.#last = last;
    this.#sentUs = nowUs;
    this.#pass = undefined;
    this.#isMissing = false;
  }

  /** A report on the stream itself. */
  onReport({ highestSequence }: ArrivalReport, nowUs: number, roundTripUs: number): void {
    if (this.#first === undefined || this.#last === undefined) return;
    this.#highest = this.#unwrap(highestSequence & 0xffff);
    if (this.#highest >= this.#last) this.#first = undefined;
    else if (nowUs - this.#lastSentUs > roundTripUs + REPORT_MARGIN_US) this.#isMissing = true;
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
  due(nowUs: number, { isRated, mayRepeat }: TailLine): number[] {
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined || this.#passes >= MAX_PASSES) return [];
    // Packets that arrived before the tail show nothing about it.
    const arrived = Math.max(first - 1, this.#highest ?? -Infinity);
    const count = Math.min(last - arrived, MAX_TAIL);
    const waitUs = this.#highest === undefined ? firstWaitUs(count, isRated) : REPORT_WAIT_US;
    if (!this.#isMissing && nowUs - this.#lastSentUs < waitUs * 2 ** this.#passes) return [];
    const numbers = Array.from({ length: count }, (_, i) => (last - count + 1 + i) & 0xffff);
    if (this.#isRepeated && !mayRepeat(numbers)) return [];
    this.#isRepeated = true;
    this.#passes++;
    this.#passUs = nowUs;
    this.#passHighest = this.#highest;
    this.#isMissing = false;
    return numbers;
  }

  /** @param last the number, in the stream of retransmissions, of the last packet of this pass */
  repeated(last: number): void {
    this.#pass = { last, lostBefore: this.#repeatsLost };
  }

  /** @param sequenceNumber u16, taken to be near the last one sent */
  #unwrap(sequenceNumber: number): number {
    if (this.#last === undefined) return sequenceNumber;
    return this.#last + sequenceDistance(sequenceNumber, this.#last & 0xffff);
  }

  get #lastSentUs(): number {
    return Math.max(this.#sentUs, this.#passUs);
  }
}

function firstWaitUs(packets: number, isRated: boolean): number {
  if (isRated) return MAX_FIRST_WAIT_US;
  return Math.min(MAX_FIRST_WAIT_US, Math.max(FIRST_WAIT_US, packets * SLOW_PACKET_US));
}
