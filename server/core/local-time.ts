/** Local times of a time zone; in most zones the local clock jumps twice a year. */

import { isTimeZone } from '../wire/site.ts';

/** A moment in local time. */
export interface WallTime {
  /** 0 (Sunday) … 6. */
  day: number;
  /** Since midnight, 0 … 1439. */
  minute: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Creating a formatter takes longer than using it a hundred times. One per time zone that somebody has set. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 64;

/** Read once, as Node reads it: reading it creates two formatters, and recorders need it for every picture. */
let ofMachine: string | undefined;

/** The time zone that the server's machine is set to, IANA; UTC where it is set to none that is known. */
export function machineTimeZone(): string {
  ofMachine ??= knownTimeZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  return ofMachine;
}

function knownTimeZone(name: string): string {
  return isTimeZone(name) ? name : 'UTC';
}

/** @param timeZone IANA. @throws RangeError for one that is not known */
export function wallTimeIn(timeZone: string, dateMs: number): WallTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(dateMs)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: DAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known) return known;
  if (FORMATS.size >= MAX_FORMATS) FORMATS.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  FORMATS.set(timeZone, format);
  return format;
}
