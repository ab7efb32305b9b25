/**
 * Dates in words and numbers, all in one time zone: the site's, so that “the motion at 14:05” is the same moment for everybody.
 * The language and the order of day and month are the browser's.
 *
 * Invariant: no other file of the client writes a date (npm test -- shown-dates). Immutable; times are ms since the Unix epoch.
 */

import { ZoneClock } from './zone-clock.ts';

const FORMATS = {
  minute: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  weekday: { weekday: 'short', day: 'numeric', month: 'short' },
  dayOfMonth: { day: 'numeric', month: 'short' },
  date: { dateStyle: 'medium' },
  wholeDate: { dateStyle: 'full' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Clocks change at most a few times a year: zones with equal offsets at all of these moments count as the same. */
const COMPARED_DAYS = [0, 91, 182, 273];
const DAY_MS = 86_400_000;
const UTC = 'UTC';

export class ShownTime {
  /** IANA. */
  readonly timeZone: string;
  readonly clock: ZoneClock;
  /** The reader's. */
  readonly #readersClock: ZoneClock;
  readonly #locale: string | undefined;
  readonly #formats = new Map<keyof typeof FORMATS, Intl.DateTimeFormat>();

  /**
   * @param reader the reader's zone, IANA @param locale default: the browser's @throws RangeError for a zone
   * that this browser does not know
   */
  constructor(timeZone: string, reader = deviceTimeZone(), locale?: string) {
    this.timeZone = timeZone;
    this.clock = new ZoneClock(timeZone);
    this.#readersClock = reader === timeZone ? this.clock : new ZoneClock(reader);
    this.#locale = locale;
  }

  /** “14:05”. */
  minute(ms: number): string {
    return this.#write('minute', ms);
  }

  /** “14:05”, or “22 Nov, 14:05” if that is not today. */
  minuteOrDay(ms: number, nowMs: number): string {
    const minute = this.minute(ms);
    return this.date(ms) === this.date(nowMs) ? minute : `${this.dayOfMonth(ms)}, ${minute}`;
  }

  /** “14:05:09”. */
  second(ms: number): string {
    return this.#write('second', ms);
  }

  /** “Mon 23 Nov, 14:05:09”. */
  moment(ms: number): string {
    return `${this.#write('weekday', ms)}, ${this.second(ms)}`;
  }

  /** “23 Nov”. */
  dayOfMonth(ms: number): string {
    return this.#write('dayOfMonth', ms);
  }

  /** “23 Nov 2026”. */
  date(ms: number): string {
    return this.#write('date', ms);
  }

  /** “Today”, or “Monday, 23 November 2026”. */
  day(ms: number, nowMs: number): string {
    return this.date(ms) === this.date(nowMs) ? 'Today' : this.#write('wholeDate', ms);
  }

  /** “2026-11-23 14-05-09”, for the name of a file on any system. */
  fileStamp(ms: number): string {
    const { year, month, day, hour, minute, second } = this.clock.wall(ms);
    const [date, time] = [
      [year, month, day],
      [hour, minute, second],
    ].map((numbers) => numbers.map((number) => String(number).padStart(2, '0')).join('-'));
    return `${date} ${time}`;
  }

  /** “ (GMT+9)” after a time that stands alone, if the reader's clock differs; else nothing. */
  zoneBeside(ms: number): string {
    return this.isReaders(ms) ? '' : ` (${offsetText(this.timeZone, ms)})`;
  }

  /** “Asia/Tokyo (GMT+9)”. */
  zoneText(nowMs: number): string {
    return zoneText(this.timeZone, nowMs);
  }

  /** Whether the reader's clock shows the same times. */
  isReaders(nowMs: number): boolean {
    return COMPARED_DAYS.map((days) => nowMs - days * DAY_MS).every(
      (ms) => this.#readersClock.offsetMs(ms) === this.clock.offsetMs(ms),
    );
  }

  #write(name: keyof typeof FORMATS, ms: number): string {
    let format = this.#formats.get(name);
    if (!format) {
      format = new Intl.DateTimeFormat(this.#locale, { ...FORMATS[name], timeZone: this.timeZone });
      this.#formats.set(name, format);
    }
    return format.format(ms);
  }
}

/** IANA. */
export function deviceTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** “Europe/Paris (GMT+1)”: the name alone means little to most people. */
export function zoneText(timeZone: string, nowMs: number): string {
  return timeZone === UTC ? UTC : `${timeZone} (${offsetText(timeZone, nowMs)})`;
}

function offsetText(timeZone: string, nowMs: number): string {
  if (timeZone === UTC) return UTC;
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(nowMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}
