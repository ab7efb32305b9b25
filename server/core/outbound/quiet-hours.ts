/** Hours without notifications: windows of the week in the site's time zone. */

import type { ScheduleWindow } from '../../wire/recording.ts';
import { wallTimeIn } from '../local-time.ts';
import { isScheduled } from '../recording/recording-schedule.ts';

/** @returns false without windows: then it is never quiet */
export function isQuiet(windows: readonly ScheduleWindow[], timeZone: string, nowMs: number): boolean {
  return windows.length > 0 && isScheduled(windows, wallTimeIn(timeZone, nowMs));
}
