/**
 * Losses and round trip of a line, from a stream's reports of the last seconds: the share of packets lost, and the shortest round
 * trip.
 *
 * It covers seconds, because 4 % in one report may be a single packet, and a queue may lengthen a round trip. Reports more
 * frequent than those of browsers are skipped, so a viewer cannot make the window long. Time is an argument.
 */

import type { ArrivalReport } from './tail-repeats.ts';

const WINDOW_US = 5_000_000;
const MIN_INTERVAL_US = 200_000;
/** Reports whose round trips count: a path that has become longer is known after two or three seconds. */
const RECENT = 3;
/** Minimum number of packets in a sample. */
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
