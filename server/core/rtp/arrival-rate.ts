/**
 * Measures the arrival rate of one stream, in bits per second: from the packets sent between two receiver reports, and the share
 * of them that the reports say has arrived.
 *
 * Invariant: packets in flight when a report leaves hardly count as lost: there is no figure before many packets have been sent,
 * or, for a slow camera, before seconds have passed. Time is an argument.
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

/** So many packets that a frame in flight is a small part of them. */
const MIN_PACKETS = 100;
const MIN_INTERVAL_US = 300_000;
/** However few packets there were. */
const LONG_INTERVAL_US = 4_000_000;
/** Older figures say nothing about the present. */
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
    // After a longer silence the interval gives no rate.
    if (!before || elapsedUs > MAX_AGE_US) return undefined;
    const packets = sent.packets - before.sent.packets;
    const bytes = sent.bytes - before.sent.bytes;
    const newest = report.highestSequence - before.report.highestSequence;
    const arrived = newest - (report.cumulativeLost - before.report.cumulativeLost);
    // The viewer cannot have received more than everything that was sent.
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
