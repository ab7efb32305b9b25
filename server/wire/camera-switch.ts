/** The privacy switch: a camera, or all of them, switched off by hand or by schedule. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { timeMs } from './fields.ts';
import { SCHEDULE_WINDOW } from './recording.ts';

/** Why a camera is off, and since when. */
export const OFF_VIEW = z.strictObject({
  by: z.enum(['user', 'schedule']),
  /** Who switched it off; null for the schedule. */
  username: z.string().nullable(),
  sinceMs: timeMs,
  /** When the schedule switches it on again; null: by hand. */
  untilMs: timeMs.nullable(),
  /** All cameras are off, not only this one. */
  all: z.boolean(),
});
export type OffView = z.infer<typeof OFF_VIEW>;

/** Hours of the week in which a camera is off, in the site's time zone; empty: none. */
export const OFF_HOURS = z.array(SCHEDULE_WINDOW).max(14);

/** The switch of one camera, or of all. */
export const SWITCH_VIEW = z.strictObject({
  /** Null while it is on; for one camera, also while all are off. */
  off: OFF_VIEW.nullable(),
  offHours: OFF_HOURS,
});
export type SwitchView = z.infer<typeof SWITCH_VIEW>;

/** A camera that is switched on during off hours stays on until they end. */
export const SWITCH_CHANGE = z.strictObject({ off: z.boolean() });

export const OFF_HOURS_CHANGE = z.strictObject({ offHours: OFF_HOURS });
