/**
 * Recordings as the API shows them: what a camera records, what is there of it, and why something is not. Times are ms since
 * the Unix epoch. This module imports nothing.
 */

export type RecordingMode = 'off' | 'continuous' | 'events';

/** A stretch of some days of the week, in the server's local time. */
export interface ScheduleWindow {
  /** 0 (Sunday) … 6, at least one. The day on which the window begins. */
  days: number[];
  /** `HH:MM`; an end that is not after the begin is on the next day. */
  from: string;
  to: string;
}

export interface RecordingSettings {
  mode: RecordingMode;
  /** When to record at all; empty: always. At most 14. */
  schedule: ScheduleWindow[];
  /** Before an event, from memory, 0 … 30 s; and after its end, 0 … 300 s. For the mode `events`. */
  preRollSeconds: number;
  postRollSeconds: number;
  /** Of a recording that nobody watches meanwhile: 1 … 30 frames a second, 100 000 … 6 000 000 bit/s. */
  fps: number;
  bitrateBps: number;
  /** Of this camera alone, in bytes; null: only the total counts. */
  quotaBytes: number | null;
  /** Clips of events are kept until somebody deletes them. */
  protectEvents: boolean;
}

/** One WebM file: at most a minute of one camera. */
export interface RecordedSegment {
  id: string;
  startMs: number;
  /** Of its last frame. While it is being written, of the newest. */
  endMs: number;
  bytes: number;
  width: number;
  height: number;
  protected: boolean;
  /** It is still being written. Who asks for its film gets what there is by then, some seconds later: it is ended for them. */
  open: boolean;
}

export type GapReason = 'cameraOffline' | 'serverDown' | 'overload' | 'quotaFull' | 'diskFull';

export interface RecordingGap {
  startMs: number;
  /** Null while it lasts. */
  endMs: number | null;
  reason: GapReason;
}

/** What is there of one camera between two times, oldest first. */
export interface Timeline {
  fromMs: number;
  toMs: number;
  segments: RecordedSegment[];
  gaps: RecordingGap[];
}

/** At most this much time in one question; a longer one is refused. */
export const MAX_TIMELINE_MS = 32 * 24 * 3_600_000;

/** Of all cameras together. */
export interface RecordingStatus {
  usedBytes: number;
  quotaBytes: number;
  /** Of the disk the recordings are on, and how much of it is never used up. */
  freeBytes: number;
  freeFloorBytes: number;
  /** Why nothing is recorded although it should be; null when all is well. */
  alarm: 'quotaFull' | 'diskFull' | null;
}
