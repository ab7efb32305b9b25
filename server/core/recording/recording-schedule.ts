/** When a camera is to be recorded: windows of the week on the site's clock. */

import type { ScheduleWindow } from '../../wire/recording.ts';
import type { WallTime } from '../local-time.ts';

const DAY_MINUTES = 24 * 60;

/** @returns true without windows: then it is always */
export function isScheduled(windows: readonly ScheduleWindow[], { day, minute }: WallTime): boolean {
  return windows.length === 0 || windows.some((window) => covers(window, day, minute));
}

/** A window whose end is not after its begin reaches into the next day. */
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
