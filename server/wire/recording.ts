/**
 * Recordings as the API shows them: what a camera records, what is there of it, and why something is not. Times are ms since
 * the Unix epoch.
 */

import { z } from 'zod';
import { count, id, queryTimeMs, timeMs } from './fields.ts';

export const RECORDING_MODE = z.enum(['off', 'continuous', 'events']);
export type RecordingMode = z.infer<typeof RECORDING_MODE>;

/** ECMA-262's last moment. */
const MAX_DATE_MS = 8.64e15;
const timeOfDay = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 08:30');

/** A stretch of some days of the week, in the server's local time. */
export const SCHEDULE_WINDOW = z.strictObject({
  /** 0 (Sunday) … 6. The day on which the window begins. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  /** An end that is not after the begin is on the next day. */
  from: timeOfDay,
  to: timeOfDay,
});
export type ScheduleWindow = z.infer<typeof SCHEDULE_WINDOW>;

export const RECORDING_SETTINGS = z.strictObject({
  mode: RECORDING_MODE,
  /** When to record at all; empty: always. */
  schedule: z.array(SCHEDULE_WINDOW).max(14),
  /** Before an event, from memory, and after its end. For the mode `events`. */
  preRollSeconds: z.number().min(0).max(30),
  postRollSeconds: z.number().min(0).max(300),
  /** Of a recording that nobody watches meanwhile. */
  fps: z.number().min(1).max(30),
  bitrateBps: z.int().min(100_000).max(6_000_000),
  /** Of this camera alone; null: only the total counts. */
  quotaBytes: z.int().min(100_000_000).nullable(),
  /** Clips of events are kept until somebody deletes them. */
  protectEvents: z.boolean(),
});
export type RecordingSettings = z.infer<typeof RECORDING_SETTINGS>;

/** One WebM file: at most a minute of one camera. */
export const RECORDED_SEGMENT = z.strictObject({
  id,
  startMs: timeMs,
  /** Of its last frame. While it is being written, of the newest. */
  endMs: timeMs,
  bytes: count,
  width: count,
  height: count,
  protected: z.boolean(),
  /** It is still being written. Who asks for its film gets what there is by then, some seconds later: it is ended for them. */
  open: z.boolean(),
});
export type RecordedSegment = z.infer<typeof RECORDED_SEGMENT>;

export const GAP_REASON = z.enum(['cameraOffline', 'serverDown', 'overload', 'quotaFull', 'diskFull']);
export type GapReason = z.infer<typeof GAP_REASON>;

export const RECORDING_GAP = z.strictObject({
  startMs: timeMs,
  /** Null while it lasts. */
  endMs: timeMs.nullable(),
  reason: GAP_REASON,
});
export type RecordingGap = z.infer<typeof RECORDING_GAP>;

/** What is there of one camera between two times, oldest first. */
export const TIMELINE = z.strictObject({
  fromMs: timeMs,
  toMs: timeMs,
  segments: z.array(RECORDED_SEGMENT),
  gaps: z.array(RECORDING_GAP),
});
export type Timeline = z.infer<typeof TIMELINE>;

/** Of all cameras together. */
export const RECORDING_STATUS = z.strictObject({
  usedBytes: count,
  quotaBytes: count,
  /** Of the disk the recordings are on; null until it was looked at, which the first recording does. */
  freeBytes: count.nullable(),
  /** How much of it is never used up. */
  freeFloorBytes: count,
  /** Why nothing is recorded although it should be; null when all is well. `folderMissing`: or the disk it is on. */
  alarm: z.enum(['quotaFull', 'diskFull', 'folderMissing']).nullable(),
});
export type RecordingStatus = z.infer<typeof RECORDING_STATUS>;

/** What one camera records, and how much room there is. */
export const CAMERA_RECORDING = z.strictObject({
  settings: RECORDING_SETTINGS,
  recording: z.boolean(),
  status: RECORDING_STATUS,
});
export type CameraRecording = z.infer<typeof CAMERA_RECORDING>;

/** A range of time, as a query. */
export const TIME_RANGE = z
  .strictObject({ from: queryTimeMs.max(MAX_DATE_MS), to: queryTimeMs.max(MAX_DATE_MS) })
  .refine(({ from, to }) => from <= to, 'from must not be after to');

/** At most this much time in one question; a longer one is refused. */
const MAX_TIMELINE_MS = 32 * 24 * 3_600_000;
export const TIMELINE_RANGE = TIME_RANGE.refine(
  ({ from, to }) => to - from <= MAX_TIMELINE_MS,
  'ask for 32 days at most',
);
