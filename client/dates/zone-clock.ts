/**
 * Converts moments to the local time of one time zone, and back. Pure; a browser's `Date` supports only the zone of its own
 * machine.
 *
 * Invariant: the days on which clocks change have 23, 25 or however many hours. Times are ms since the Unix epoch.
 */

/** In local time. */
export interface WallClock {
  year: number;
  /** 1 … 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const DAY_MS = 86_400_000;

export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone IANA @throws RangeError for one that this browser does not know */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  wall(ms: number): WallClock {
    const parts = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
      second: part('second'),
    };
  }

  /** How far local time is ahead of UTC. */
  offsetMs(ms: number): number {
    const { year, month, day, hour, minute, second } = this.wall(ms);
    const wholeSecondMs = Math.floor(ms / 1000) * 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecondMs;
  }

  /**
   * When the clock shows an hour of a day: the first time, if it shows it twice; if it skips the hour, later by the skipped time.
   *
   * @param day of the month; one outside it counts on into the next
   */
  moment(year: number, month: number, day: number, hour: number): number {
    const asUtcMs = Date.UTC(year, month - 1, day, hour);
    // Far enough from any change of the clocks on this day.
    const before = this.offsetMs(asUtcMs - DAY_MS);
    const after = this.offsetMs(asUtcMs + DAY_MS);
    const early = asUtcMs - before;
    if (before === after || this.offsetMs(early) === before) return early;
    const late = asUtcMs - after;
    return this.offsetMs(late) === after ? late : early;
  }
}
