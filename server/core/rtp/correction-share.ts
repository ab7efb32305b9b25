/**
 * How much forward error correction a line needs, as a share of the packets: none without losses, or where a retransmission is as
 * quick; more on a line that loses more.
 *
 * Judged over seconds of reports: one that says 4 % may have lost a single packet, and a round trip may be long because of a queue.
 * Invariant: begun at once, ended and lowered only after a while, so that it does not go on and off. Time is an argument.
 */

import type { ArrivalReport } from './tail-repeats.ts';

const WINDOW_US = 5_000_000;
/** Reports that come more often are passed over: a viewer cannot make the window long. */
const MIN_INTERVAL_US = 200_000;
/** Fewer packets are no sample. */
const MIN_PACKETS = 80;
/** A shorter round trip has a lost packet sent again in time. */
const MIN_ROUND_TRIP_US = 50_000;
const LEAVE_ROUND_TRIP_US = 40_000;
/** Shares of the packets that are lost. */
const MIN_LOSS = 0.004;
const LEAVE_LOSS = 0.001;
const MUCH_LOSS = 0.025;
const LEAVE_MUCH_LOSS = 0.015;
/** Until less is thought enough. */
const CALM_US = 15_000_000;

export const LITTLE_SHARE = 0.2;
export const MUCH_SHARE = 0.4;

interface Sample {
  atUs: number;
  highestSequence: number;
  lost: number;
  roundTripUs: number;
}

export class CorrectionShare {
  /** The oldest first. */
  #samples: Sample[] = [];
  #share = 0;
  #neededUs = -Infinity;

  /** Repair packets, of the packets of video. */
  get share(): number {
    return this.#share;
  }

  /** @param report on the stream of video */
  onReport({ highestSequence, cumulativeLost }: ArrivalReport, roundTripUs: number, nowUs: number): void {
    if (nowUs - (this.#samples.at(-1)?.atUs ?? -Infinity) < MIN_INTERVAL_US) return;
    this.#samples.push({ atUs: nowUs, highestSequence, lost: cumulativeLost, roundTripUs });
    while ((this.#samples[1]?.atUs ?? nowUs) < nowUs - WINDOW_US) this.#samples.shift();
    const [oldest] = this.#samples;
    const packets = highestSequence - (oldest?.highestSequence ?? highestSequence);
    if (packets < MIN_PACKETS) return;
    const loss = Math.max(0, cumulativeLost - (oldest?.lost ?? 0)) / packets;
    const isOn = this.#share > 0;
    const shortestUs = Math.min(...this.#samples.map((sample) => sample.roundTripUs));
    const isLong = shortestUs > (isOn ? LEAVE_ROUND_TRIP_US : MIN_ROUND_TRIP_US);
    if (!isLong || loss < (isOn ? LEAVE_LOSS : MIN_LOSS)) return this.#lower(0, nowUs);
    const isMuch = loss > (this.#share === MUCH_SHARE ? LEAVE_MUCH_LOSS : MUCH_LOSS);
    if (!isMuch) return this.#lower(LITTLE_SHARE, nowUs);
    this.#share = MUCH_SHARE;
    this.#neededUs = nowUs;
  }

  #lower(share: number, nowUs: number): void {
    if (share >= this.#share) this.#neededUs = nowUs;
    if (nowUs - this.#neededUs < CALM_US) {
      this.#share = Math.max(share, this.#share);
      return;
    }
    this.#share = share;
    this.#neededUs = nowUs;
  }
}
