/** The edge of the recordings' API: what is asked of them, checked once. */

import { z } from 'zod';
import type { RecordingSettings, ScheduleWindow } from './recording.ts';

const timeOfDay = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 08:30');

export const SCHEDULE_WINDOW = z.strictObject({
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  from: timeOfDay,
  to: timeOfDay,
}) satisfies z.ZodType<ScheduleWindow>;

export const RECORDING_SETTINGS = z.strictObject({
  mode: z.enum(['off', 'continuous', 'events']),
  schedule: z.array(SCHEDULE_WINDOW).max(14),
  preRollSeconds: z.number().min(0).max(30),
  postRollSeconds: z.number().min(0).max(300),
  fps: z.number().min(1).max(30),
  bitrateBps: z.int().min(100_000).max(6_000_000),
  quotaBytes: z.int().min(100_000_000).nullable(),
  protectEvents: z.boolean(),
}) satisfies z.ZodType<RecordingSettings>;

export const PROTECT_RECORDING = z.strictObject({ protected: z.boolean() });

/** ms since the Unix epoch. */
const moment = z.coerce.number().int().min(0).max(8.64e15);
export const TIME_RANGE = z
  .strictObject({ from: moment, to: moment })
  .refine(({ from, to }) => from <= to, 'from must not be after to');
