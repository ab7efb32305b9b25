/** Moments as a clock on the wall of a time zone shows them, which jumps twice a year in most. */

import { isTimeZone } from '../wire/site.ts';

/** A moment as the clock on the wall shows it. */
export interface WallTime {
  /** 0 (Sunday) … 6. */
  day: number;
  /** Since midnight, 0 … 1439. */
  minute: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** To make one takes longer than to use it a hundred times. One per time zone somebody has set. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 64;

/** Read once, as Node reads it: to ask for it makes two formats, and recorders ask with every picture. */
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
