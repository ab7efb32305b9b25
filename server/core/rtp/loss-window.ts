/**
 * A line as a stream's reports of the last seconds show it: the share of packets lost, and the shortest round trip.
 *
 * Judged over seconds: a report that says 4 % may have lost a single packet, and a round trip may be long because of a
 * queue. Reports that come more often than browsers send them are passed over, so a viewer cannot make the window long.
 * Time is an argument.
 */

import type { ArrivalReport } from './tail-repeats.ts';

const WINDOW_US = 5_000_000;
const MIN_INTERVAL_US = 200_000;
/** Reports whose round trips count: a way that has become longer is known after two or three seconds. */
const RECENT = 3;
/** Fewer packets are no sample. */
const MIN_PACKETS = 80;

export interface LineLosses {
  /** Share of the packets lost, 0 … 1. */
  share: number;
  shortestRoundTripUs: number;
}

interface Sample {
  atUs: number;
  highestSequence: number;
  lost: number;
  roundTripUs: number;
}

export class LossWindow {
  /** The oldest first. */
  #samples: Sample[] = [];

  /** @returns undefined while this report says too little */
  add(
    { highestSequence, cumulativeLost }: ArrivalReport,
    roundTripUs: number,
    nowUs: number,
  ): LineLosses | undefined {
    if (nowUs - (this.#samples.at(-1)?.atUs ?? -Infinity) < MIN_INTERVAL_US) return undefined;
    this.#samples.push({ atUs: nowUs, highestSequence, lost: cumulativeLost, roundTripUs });
    while ((this.#samples[1]?.atUs ?? nowUs) < nowUs - WINDOW_US) this.#samples.shift();
    const [oldest] = this.#samples;
    const packets = highestSequence - (oldest?.highestSequence ?? highestSequence);
    if (packets < MIN_PACKETS) return undefined;
    return {
      share: Math.max(0, cumulativeLost - (oldest?.lost ?? 0)) / packets,
      shortestRoundTripUs: Math.min(...this.#samples.slice(-RECENT).map((sample) => sample.roundTripUs)),
    };
  }
}
