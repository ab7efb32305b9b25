/**
 * Maps moments of server time to dates: the one mapping between the monotonic clock and the wall clock.
 *
 * A wall clock that differs from the mapping by more than 500 ms was set (`stepped`): it was wrong before, so earlier moments get
 * new dates too. While the machine sleeps, the monotonic clock stands still (`slept`): earlier moments keep their dates.
 * Invariant: between two changes the dates of two moments differ by what the monotonic clock says, within 0.1 %; smaller
 * differences are corrected by 1 ms per check, so that slow drift does not count as a change.
 */

import { serverClock, type Clock } from './clock.ts';

export interface ClockReading {
  /** Server time, µs. */
  serverUs: number;
  /** ms since the Unix epoch. */
  wallMs: number;
  /** Since the machine was started, including its sleep, ms. */
  uptimeMs: number;
}

export interface ClockChange {
  kind: 'stepped' | 'slept';
  /** How far the wall clock moved against the monotonic one, ms; below 0 when it was set back. */
  byMs: number;
  /** Server time when the change was noticed, µs, and at the check before, when nothing had happened yet. */
  atUs: number;
  sinceUs: number;
}

/** Dates of moments of server time. */
export interface Dates {
  /** @returns ms since the Unix epoch, according to the site's present clock */
  dateMs(serverUs: number): number;
  /** The reverse. @returns µs */
  serverUs(dateMs: number): number;
}

/** Both clocks for features: server time for durations, dates for people and for stored data. */
export interface SiteTime extends Dates {
  /** Server time, µs. */
  nowUs(): number;
  /** The date now, whole ms since the Unix epoch. */
  nowMs(): number;
}

/** For parts that run without a site: server time taken for the date. */
export function unmappedTime(clock: Clock = serverClock): SiteTime {
  return {
    nowUs: clock,
    nowMs: () => Math.floor(clock() / 1000),
    dateMs: (serverUs) => serverUs / 1000,
    serverUs: (dateMs) => dateMs * 1000,
  };
}

/** Recordings that ended within this time before a step are re-dated with the open ones, and stay together with their events. */
export const REDATED_MS = 10 * 60_000;

const STEP_MS = 500;
const SLEW_MS = 1;
/** Pause of the process, while the wall clock moved on, from which the machine counts as having slept. */
const STOOD_STILL_MS = 5_000;
const MAX_ERAS = 16;

/** From a moment of server time on, until the next era: date = server time + offset. */
interface Era {
  fromUs: number;
  offsetUs: number;
}

export class SiteClock implements Dates {
  #eras: Era[];
  #last: ClockReading;

  constructor(first: ClockReading) {
    this.#last = first;
    this.#eras = [{ fromUs: -Infinity, offsetUs: offsetOf(first) }];
  }

  dateMs(serverUs: number): number {
    const era = this.#eras.findLast(({ fromUs }) => fromUs <= serverUs) ?? this.#newest;
    return (serverUs + era.offsetUs) / 1000;
  }

  /** A date within a sleep is taken for the end of it. */
  serverUs(dateMs: number): number {
    const atUs = (era: Era): number => dateMs * 1000 - era.offsetUs;
    const index = this.#eras.findLastIndex((era) => era.fromUs <= atUs(era));
    const next = this.#eras[index + 1];
    const us = atUs(this.#eras[index] ?? this.#newest);
    return next ? Math.min(us, next.fromUs) : us;
  }

  /** To be called about once a second. @returns what happened to the clock since the last time */
  look(reading: ClockReading): ClockChange | undefined {
    const last = this.#last;
    this.#last = reading;
    const byUs = offsetOf(reading) - this.#newest.offsetUs;
    const byMs = byUs / 1000;
    if (Math.abs(byMs) <= STEP_MS) {
      this.#newest.offsetUs += Math.max(-SLEW_MS, Math.min(SLEW_MS, byMs)) * 1000;
      return undefined;
    }
    const elapsedMs = (reading.serverUs - last.serverUs) / 1000;
    const sleptMs = reading.uptimeMs - last.uptimeMs - elapsedMs;
    const slept = byMs > 0 && (sleptMs > byMs / 2 || elapsedMs >= STOOD_STILL_MS);
    // Frames between the two readings count as after the sleep, since nothing shows otherwise; so do late ones.
    if (slept) this.#begin({ fromUs: last.serverUs + 1, offsetUs: offsetOf(reading) });
    else for (const era of this.#eras) era.offsetUs += byUs;
    const kind = slept ? 'slept' : 'stepped';
    return { kind, byMs: Math.round(byMs), atUs: reading.serverUs, sinceUs: last.serverUs };
  }

  get #newest(): Era {
    return this.#eras.at(-1) as Era;
  }

  /** Moments before the oldest era count as its own. */
  #begin(era: Era): void {
    this.#eras = [...this.#eras, era].slice(-MAX_ERAS);
    const [oldest] = this.#eras;
    if (oldest) oldest.fromUs = -Infinity;
  }
}

function offsetOf({ serverUs, wallMs }: ClockReading): number {
  return wallMs * 1000 - serverUs;
}
