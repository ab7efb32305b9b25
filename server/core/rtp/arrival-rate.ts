/**
 * Measures how much of one stream arrives, in bits per second: from what was sent between two receiver reports, and how
 * much of it they say has arrived.
 *
 * Invariant: packets on their way when a report leaves hardly count as lost: there is no figure before many have been sent, or,
 * of a slow camera, before seconds have passed. Time is an argument.
 */

import type { ArrivalReport } from './tail-repeats.ts';

/** Totals of the stream. */
export interface SentTotals {
  packets: number;
  bytes: number;
}

/** Bits per second, as a line carries them. */
export interface StreamRates {
  sentBps: number;
  arrivedBps: number;
}

/** Packets of which a frame on its way is a small part. */
const MIN_PACKETS = 100;
const MIN_INTERVAL_US = 300_000;
/** However few packets there were. */
const LONG_INTERVAL_US = 4_000_000;
/** Older figures say nothing about now. */
const MAX_AGE_US = 8_000_000;
const NOTHING: StreamRates = { sentBps: 0, arrivedBps: 0 };

export class ArrivalRate {
  #before: { atUs: number; report: ArrivalReport; sent: SentTotals } | undefined;
  #rates = NOTHING;
  #ratedUs = -Infinity;

  /** @returns the rates since the last report that counts; undefined while this one does not */
  onReport(report: ArrivalReport, sent: SentTotals, nowUs: number): StreamRates | undefined {
    const before = this.#before;
    const elapsedUs = nowUs - (before?.atUs ?? nowUs);
    if (before && !isLongEnough(elapsedUs, sent.packets - before.sent.packets)) return undefined;
    this.#before = { atUs: nowUs, report, sent };
    // After a longer silence the interval says nothing of a rate.
    if (!before || elapsedUs > MAX_AGE_US) return undefined;
    const packets = sent.packets - before.sent.packets;
    const bytes = sent.bytes - before.sent.bytes;
    const newest = report.highestSequence - before.report.highestSequence;
    const arrived = newest - (report.cumulativeLost - before.report.cumulativeLost);
    // The viewer's numbers cannot say more than that all of it arrived.
    const share = packets > 0 ? Math.min(1, Math.max(0, arrived / packets)) : 0;
    const sentBps = (bytes * 8_000_000) / elapsedUs;
    this.#rates = { sentBps, arrivedBps: share * sentBps };
    this.#ratedUs = nowUs;
    return this.#rates;
  }

  at(nowUs: number): StreamRates {
    return nowUs - this.#ratedUs > MAX_AGE_US ? NOTHING : this.#rates;
  }
}

function isLongEnough(elapsedUs: number, packets: number): boolean {
  return elapsedUs >= (packets < MIN_PACKETS ? LONG_INTERVAL_US : MIN_INTERVAL_US);
}
