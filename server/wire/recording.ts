/** Recordings in the API: settings, timeline, gaps. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { DETECTION_LABELS } from './detection.ts';
import { EVENT_KIND } from './event.ts';
import { count, id, queryTimeMs, timeMs } from './fields.ts';

export const RECORDING_MODE = z.enum(['off', 'continuous', 'events']);
export type RecordingMode = z.infer<typeof RECORDING_MODE>;

/** The latest time of ECMA-262. */
const MAX_DATE_MS = 8.64e15;
const timeOfDay = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 08:30');

/** A span of some days of the week, in the server's local time. */
export const SCHEDULE_WINDOW = z.strictObject({
  /** 0 (Sunday) … 6. The day on which the window begins. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  /** An end that is not after the start is on the next day. */
  from: timeOfDay,
  to: timeOfDay,
});
export type ScheduleWindow = z.infer<typeof SCHEDULE_WINDOW>;

/** Kinds of events that can be recorded: of a camera that is offline or switched off there is no picture. */
export const RECORDED_KIND = EVENT_KIND.extract(['motion', 'detection']);
export type RecordedKind = z.infer<typeof RECORDED_KIND>;

export const RECORDING_SETTINGS = z.strictObject({
  mode: RECORDING_MODE,
  /** When to record; empty: always. */
  schedule: z.array(SCHEDULE_WINDOW).max(14),
  /** Before an event, from memory, and after its end. For the mode `events`. */
  preRollSeconds: z.number().min(0).max(30),
  postRollSeconds: z.number().min(0).max(300),
  /** Frame rate while only the recording uses the video. */
  fps: z.number().min(1).max(30),
  bitrateBps: z.int().min(100_000).max(6_000_000),
  /** Limit of this camera; null: only the total limit applies. */
  quotaBytes: z.int().min(100_000_000).nullable(),
  /** Clips of events are kept until a user deletes them. */
  protectEvents: z.boolean(),
  /** Events of these kinds are recorded in the mode `events`. */
  eventKinds: z
    .array(RECORDED_KIND)
    .max(RECORDED_KIND.options.length)
    .default([...RECORDED_KIND.options]),
  /** Among detections only those with these labels; empty: all. */
  labels: DETECTION_LABELS.default([]),
});
export type RecordingSettings = z.infer<typeof RECORDING_SETTINGS>;

/** One WebM file: about a minute of one camera, of a slow one until the picture that comes after the minute. */
export const RECORDED_SEGMENT = z.strictObject({
  id,
  startMs: timeMs,
  /** Time of its last frame. While it is being written: of the newest. */
  endMs: timeMs,
  bytes: count,
  width: count,
  height: count,
  protected: z.boolean(),
  /** It is still being written. A download returns its complete part, and does not end it. */
  open: z.boolean(),
});
export type RecordedSegment = z.infer<typeof RECORDED_SEGMENT>;

/** The amount, including protected segments. */
export const RECORDED_AMOUNT = z.strictObject({
  count,
  bytes: count,
  protectedCount: count,
  protectedBytes: count,
});
export type RecordedAmount = z.infer<typeof RECORDED_AMOUNT>;

/** Data that would be lost with a camera. */
export const CAMERA_LOSSES = z.strictObject({
  recordings: RECORDED_AMOUNT,
  /** With their pictures. */
  events: count,
  sensors: count,
});
export type CameraLosses = z.infer<typeof CAMERA_LOSSES>;

/** The age limit of recordings and pictures of events; null: as long as there is room. Protected recordings stay. */
export const RETENTION = z.strictObject({ keepDays: z.int().min(1).max(3650).nullable() });

export const RETENTION_VIEW = RETENTION.extend({
  /**
   * Nothing is deleted yet, because the server's date may be wrong: it is trusted after this many ms more of running without the
   * clock being set, null while something says that it is wrong. Null: there is no wait.
   */
  waitingForClock: z.strictObject({ remainingMs: z.number().nonnegative().nullable() }).nullable(),
});
export type RetentionView = z.infer<typeof RETENTION_VIEW>;

/** Amount that is older than this many days and would be deleted. */
export const EXPIRED = z.strictObject({
  recordings: count,
  bytes: count,
  /** Number of cameras with these recordings, including removed ones. */
  cameras: count,
  eventPictures: count,
});
export type Expired = z.infer<typeof EXPIRED>;

/** The fate of a removed camera's recordings. Protected ones are kept in either case. */
export const RECORDINGS_FATE = z.enum(['kept', 'deleted']);
export type RecordingsFate = z.infer<typeof RECORDINGS_FATE>;

/** A camera that was removed, while some of its recordings are left. */
export const REMOVED_CAMERA = z.strictObject({
  id,
  name: z.string(),
  removedAtMs: timeMs,
  /** When its newest segment begins. */
  newestMs: timeMs,
});
export type RemovedCameraView = z.infer<typeof REMOVED_CAMERA>;

/**
 * Part of a segment: the part that was complete at this length, in bytes. A player asks for a segment that is being
 * written range by range, and with its `bytes` as they were listed it gets parts of the same file each time.
 */
export const SEGMENT_PART = z.strictObject({ bytes: z.coerce.number<number>().int().min(1).optional() });

export const GAP_REASON = z.enum([
  'cameraOffline',
  'serverDown',
  'overload',
  'quotaFull',
  'diskFull',
  /** The camera was switched off for privacy. */
  'switchedOff',
  /** The server's clock was set, or its machine slept. Without a length if the clock was set back. */
  'clockChanged',
  /** Recorded, but with the same picture repeatedly: the sensor hangs, and the recording is no evidence of the scene. */
  'cameraFrozen',
  /** An error of the server, which is in its log. */
  'failed',
]);
export type GapReason = z.infer<typeof GAP_REASON>;

export const RECORDING_GAP = z.strictObject({
  startMs: timeMs,
  /** Null while it continues. */
  endMs: timeMs.nullable(),
  reason: GAP_REASON,
});
export type RecordingGap = z.infer<typeof RECORDING_GAP>;

/** Segments and gaps of one camera between two times, oldest first. */
export const TIMELINE = z.strictObject({
  fromMs: timeMs,
  toMs: timeMs,
  segments: z.array(RECORDED_SEGMENT),
  gaps: z.array(RECORDING_GAP),
});
export type Timeline = z.infer<typeof TIMELINE>;

/** All cameras together. */
export const RECORDING_STATUS = z.strictObject({
  usedBytes: count,
  quotaBytes: count,
  /** Free bytes of the disk with the recordings; null before the first recording. */
  freeBytes: count.nullable(),
  /** Space that recordings always leave free. */
  freeFloorBytes: count,
  /**
   * Why nothing is recorded although it should be; null when all is well. `folderMissing`: the folder, or its disk, is missing.
   */
  alarm: z.enum(['quotaFull', 'diskFull', 'folderMissing']).nullable(),
});
export type RecordingStatus = z.infer<typeof RECORDING_STATUS>;

/** Recording settings of one camera, and the available space. */
export const CAMERA_RECORDING = z.strictObject({
  settings: RECORDING_SETTINGS,
  recording: z.boolean(),
  status: RECORDING_STATUS,
});
export type CameraRecording = z.infer<typeof CAMERA_RECORDING>;

/** A time range in a query. */
export const TIME_RANGE = z
  .strictObject({ from: queryTimeMs.max(MAX_DATE_MS), to: queryTimeMs.max(MAX_DATE_MS) })
  .refine(({ from, to }) => from <= to, 'from must not be after to');

/** Longest range in one request; a longer one is refused. */
const MAX_TIMELINE_MS = 32 * 24 * 3_600_000;
export const TIMELINE_RANGE = TIME_RANGE.refine(
  ({ from, to }) => to - from <= MAX_TIMELINE_MS,
  'the range must be 32 days at most',
);
