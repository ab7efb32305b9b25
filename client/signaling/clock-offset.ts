/**
 * How far the server's clock is ahead of ours, from exchanges as in NTP (RFC 5905 section 8).
 *
 * The error of one exchange is at most half its round trip, so the fastest of the recent ones counts. Old ones are
 * forgotten because the two crystals drift apart, some 50 µs a second at worst.
 */

/** All in µs: asked at t0 and answered at t3 by our clock, received at t1 and answered at t2 by the server's. */
export interface ClockExchange {
  t0: number;
  t1: number;
  t2: number;
  t3: number;
  /** The date of t2, ms since the Unix epoch. */
  dateMs?: number;
}

interface Sample {
  atUs: number;
  offsetUs: number;
  roundTripUs: number;
}

const CAPACITY = 16;
const MAX_AGE_US = 60_000_000;

export class ClockOffset {
  #samples: Sample[] = [];

  /** Exchanges that contradict causality (a clock was set meanwhile) are ignored. */
  add({ t0, t1, t2, t3 }: ClockExchange): void {
    const roundTripUs = t3 - t0 - (t2 - t1);
    if (!(roundTripUs >= 0 && t2 >= t1 && t3 >= t0)) return;
    this.#samples.push({ atUs: t3, offsetUs: (t1 - t0 + (t2 - t3)) / 2, roundTripUs });
    this.#samples = this.#samples.filter((sample) => t3 - sample.atUs <= MAX_AGE_US).slice(-CAPACITY);
  }

  /** µs to add to our clock, null before the first exchange. */
  get offsetUs(): number | null {
    return this.#best?.offsetUs ?? null;
  }

  /** Round trip of the exchange that counts, µs: twice the most the offset can be wrong by. */
  get roundTripUs(): number | null {
    return this.#best?.roundTripUs ?? null;
  }

  reset(): void {
    this.#samples = [];
  }

  get #best(): Sample | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples) if (!best || sample.roundTripUs < best.roundTripUs) best = sample;
    return best;
  }
}
