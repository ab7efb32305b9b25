/**
 * The forward error correction that a line needs, as a share of the packets: none without losses, or if a retransmission is as
 * quick; more on a line that loses more.
 *
 * Invariant: it begins at once, and ends or falls only after a while, so that it does not switch on and off. Time is an argument.
 */

import type { LineLosses } from './loss-window.ts';

/** With a shorter round trip, a retransmission arrives in time. */
const MIN_ROUND_TRIP_US = 50_000;
const LEAVE_ROUND_TRIP_US = 40_000;
/** Lowest first: the share of repair packets, the share of losses from which it applies, and the share below which it ends. */
const LEVELS = [
  { share: 0.2, enter: 0.004, leave: 0.001 },
  { share: 0.4, enter: 0.025, leave: 0.015 },
  { share: 0.6, enter: 0.08, leave: 0.055 },
] as const;
/** Time before the share is lowered. */
const CALM_US = 15_000_000;

export class CorrectionShare {
  #share = 0;
  #neededUs = -Infinity;

  /** Repair packets, of the packets of video. */
  get share(): number {
    return this.#share;
  }

  /** @param losses of the stream of video */
  onLosses({ share: loss, shortestRoundTripUs }: LineLosses, nowUs: number): void {
    const isLong = shortestRoundTripUs > (this.#share > 0 ? LEAVE_ROUND_TRIP_US : MIN_ROUND_TRIP_US);
    const level = LEVELS.findLast(
      ({ share, enter, leave }) => loss >= (this.#share >= share ? leave : enter),
    );
    const needed = isLong && level ? level.share : 0;
    if (needed < this.#share && nowUs - this.#neededUs < CALM_US) return;
    this.#share = needed;
    this.#neededUs = nowUs;
  }
}
