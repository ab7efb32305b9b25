/** Weekly windows on the site's clock: when a camera is recorded, or is off. */

import type { RecordingSettings, ScheduleWindow } from '../../wire/recording.ts';
import type { WallTime } from '../local-time.ts';

const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/** @returns true without windows */
export function isScheduled(windows: readonly ScheduleWindow[], { day, minute }: WallTime): boolean {
  return windows.length === 0 || isWithin(windows, { day, minute });
}

/** @returns whether a camera is recorded now, or may be on an event */
export function isRecordingDue(
  { mode, schedule }: Pick<RecordingSettings, 'mode' | 'schedule'>,
  now: WallTime,
): boolean {
  return mode !== 'off' && isScheduled(schedule, now);
}

/** @returns false without windows */
export function isWithin(windows: readonly ScheduleWindow[], { day, minute }: WallTime): boolean {
  return windows.some((window) => covers(window, day, minute));
}

/**
 * Distance to the nearest moment at which a window begins or ends, forwards or backwards.
 *
 * @param direction 1: the first minute that differs from now; -1: the first of the minutes that are as now
 * @returns minutes of the wall clock, 0 … 10,080; undefined: it is the same all week
 */
export function minutesToChange(
  windows: readonly ScheduleWindow[],
  { day, minute }: WallTime,
  direction: 1 | -1,
): number | undefined {
  const nowMinute = day * DAY_MINUTES + minute;
  const at = (away: number): boolean => {
    const ofWeek = (nowMinute + direction * away + WEEK_MINUTES) % WEEK_MINUTES;
    return isWithin(windows, { day: Math.floor(ofWeek / DAY_MINUTES), minute: ofWeek % DAY_MINUTES });
  };
  const now = at(0);
  for (let away = 1; away < WEEK_MINUTES; away++)
    if (at(away) !== now) return direction === 1 ? away : away - 1;
  return undefined;
}

/** A window whose end is not after its begin extends into the next day. */
function covers({ days, from, to }: ScheduleWindow, day: number, minute: number): boolean {
  const begin = minuteOf(from);
  const end = minuteOf(to);
  if (end > begin) return days.includes(day) && minute >= begin && minute < end;
  const yesterday = (day + 6) % 7;
  return (days.includes(day) && minute >= begin) || (days.includes(yesterday) && minute < end);
}

/** `24:00` is the end of the day. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return Math.min(DAY_MINUTES, hours * 60 + minutes);
}
