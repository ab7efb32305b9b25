/** Hours without notifications: windows of the week in the user's time zone, not the server's. */

import type { ScheduleWindow } from '../../wire/recording.ts';
import { isScheduled, type WallTime } from '../recording/recording-schedule.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** @returns false without windows: then it is never quiet */
export function isQuiet(windows: readonly ScheduleWindow[], timeZone: string, nowMs: number): boolean {
  return windows.length > 0 && isScheduled(windows, wallTimeIn(timeZone, nowMs));
}

/** @param timeZone IANA. @throws RangeError for an unknown one */
export function wallTimeIn(timeZone: string, nowMs: number): WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
