/** Hours in which nobody wants to be told: windows of the week on the clock where the person is, not where the server is. */

import type { ScheduleWindow } from '../../wire/recording.ts';
import { wallTimeIn } from '../local-time.ts';
import { isScheduled } from '../recording/recording-schedule.ts';

/** @returns false without windows: then it is never quiet */
export function isQuiet(windows: readonly ScheduleWindow[], timeZone: string, nowMs: number): boolean {
  return windows.length > 0 && isScheduled(windows, wallTimeIn(timeZone, nowMs));
}
