/** The choices of the notification form: quiet hours as one time of the night, and a few limits. Pure. */

import type { ScheduleWindow } from '../../server/wire/recording.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
export const USUAL_NIGHT: ScheduleWindow = { days: EVERY_DAY, from: '22:00', to: '07:00' };

export const PAUSES: readonly (readonly [seconds: number, name: string])[] = [
  [10, 'At most every 10 seconds'],
  [60, 'At most once a minute'],
  [300, 'At most every 5 minutes'],
  [900, 'At most every 15 minutes'],
  [3600, 'At most once an hour'],
];

/** @returns all windows, with the first one at other times; those that programs added stay */
export function withNight(windows: readonly ScheduleWindow[], from: string, to: string): ScheduleWindow[] {
  const [first, ...others] = windows;
  return [{ days: first?.days ?? EVERY_DAY, from, to }, ...others];
}

/** @param seconds programs may set any number */
export function nearestPause(seconds: number): number {
  return PAUSES.reduce(
    (best, [pause]) => (Math.abs(pause - seconds) < Math.abs(best - seconds) ? pause : best),
    PAUSES[0]?.[0] ?? 60,
  );
}

/** @returns words for a rule's cameras that are no single choice: several, or one that is not listed; undefined when they are */
export function keptCameras(
  cameraIds: readonly string[],
  cameras: readonly { id: string }[],
): string | undefined {
  const [only] = cameraIds;
  if (cameraIds.length > 1) return `${cameraIds.length} cameras`;
  return only === undefined || cameras.some(({ id }) => id === only) ? undefined : 'A removed camera';
}
