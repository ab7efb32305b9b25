/** Why a camera is off, in words. */

import type { OffView } from '../../server/wire/camera-switch.ts';
import type { ShownTime } from '../dates/shown-time.ts';

/** “Off by admin since 08:12”, “Off by schedule until 17:00”. */
export function offText(
  { by, username, sinceMs, untilMs, all }: OffView,
  time: ShownTime,
  nowMs: number,
): string {
  const who = all ? 'All cameras off' : 'Off';
  if (by === 'user') return `${who} by ${username ?? 'a user'} since ${time.minuteOrDay(sinceMs, nowMs)}`;
  return untilMs === null
    ? `${who} by schedule`
    : `${who} by schedule until ${time.minuteOrDay(untilMs, nowMs)}`;
}
