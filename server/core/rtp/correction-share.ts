/**
 * How much forward error correction a line needs, as a share of the packets: none without losses, or where a retransmission is as
 * quick; more on a line that loses more.
 *
 * Invariant: begun at once, ended and lowered only after a while, so that it does not go on and off. Time is an argument.
 */

import type { LineLosses } from './loss-window.ts';

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

export class CorrectionShare {
  #share = 0;
  #neededUs = -Infinity;

  /** Repair packets, of the packets of video. */
  get share(): number {
    return this.#share;
  }

  /** @param losses of the stream of video */
  onLosses({ share: loss, shortestRoundTripUs }: LineLosses, nowUs: number): void {
    const isOn = this.#share > 0;
    const isLong = shortestRoundTripUs > (isOn ? LEAVE_ROUND_TRIP_US : MIN_ROUND_TRIP_US);
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
