/**
 * Decides whether to hold back an answer to a NACK until the packet is requested a second time. On a path that reorders packets,
 * most requested packets are only late: answering each request at once costs half of the bits again, without effect.
 *
 * The decision covers several seconds of reports, because one report says little: answers are held back while fewer than half of
 * the requested packets were lost. Reports that arrive too often are skipped, so a viewer cannot make the window long. Time is an
 * argument.
 */

const WINDOW_US = 5_000_000;
/** A browser sends a report about once a second. */
const MIN_INTERVAL_US = 300_000;
/** Minimum number of requested packets for a decision. */
const MIN_REQUESTED = 20;

interface Sample {
  atUs: number;
  requested: number;
  lost: number;
}

export class NackHoldback {
  #requested = 0;
  /** The oldest first: totals at each report of the window, and at the last one before it. */
  readonly #samples: Sample[] = [];
  #isActive = false;

  get isActive(): boolean {
    return this.#isActive;
  }

  /** @param packets requested for the first time */
  requested(packets: number): void {
    this.#requested += packets;
  }

  /** @param cumulativeLost of a receiver report, which does not include packets that arrived late */
  onReport(cumulativeLost: number, nowUs: number): void {
    if (nowUs - (this.#samples.at(-1)?.atUs ?? -Infinity) < MIN_INTERVAL_US) return;
    const newest = { atUs: nowUs, requested: this.#requested, lost: cumulativeLost };
    this.#samples.push(newest);
    while ((this.#samples[1]?.atUs ?? nowUs) < nowUs - WINDOW_US) this.#samples.shift();
    const [oldest = newest] = this.#samples;
    const requested = newest.requested - oldest.requested;
    this.#isActive = requested >= MIN_REQUESTED && newest.lost - oldest.lost < requested / 2;
  }
}
