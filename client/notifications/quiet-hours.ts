/** The quiet hours as the form shows them: one window of the night. Pure. */

import type { ScheduleWindow } from '../../server/wire/recording.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
export const USUAL_NIGHT: ScheduleWindow = { days: EVERY_DAY, from: '22:00', to: '07:00' };

/** @returns all windows, with the first one at other times; those that programs added stay */
export function withNight(windows: readonly ScheduleWindow[], from: string, to: string): ScheduleWindow[] {
  const [first, ...others] = windows;
  return [{ days: first?.days ?? EVERY_DAY, from, to }, ...others];
}
