/**
 * Re-dates the recordings that ended shortly before a step of the clock, on the disk, in the index and for the quota alike: a
 * wrong clock had dated them.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredRecording } from '../core/recording/quota-ring.ts';
import type { ClockChange } from '../core/site-clock.ts';
import type { RecordedSpan, RecordingDates } from './recording-dates.ts';
import type { RecordingIndex } from './recording-index.ts';
import { recordingPath } from './recording-path.ts';
import type { RecordingSpace } from './recording-space.ts';
import type { StoredSegment } from './recording-store.ts';

export interface Redated {
  folder: string;
  index: RecordingIndex;
  space: RecordingSpace;
  dates: RecordingDates;
  /** Segments being written, by id. */
  open: ReadonlyMap<string, RecordedSpan>;
}

export interface Redating {
  /** By camera, the date of the first recording with a new date, including those being written. */
  firstMs: ReadonlyMap<string, number>;
  /** Once each has its new date. Never rejects. */
  done: Promise<void>;
}

/** To be called before anything is dated by the new time. */
export function redateRecordings(recordings: Redated, { kind, atUs }: ClockChange): Redating {
  const firstMs = new Map<string, number>();
  if (kind !== 'stepped') return { firstMs, done: Promise.resolve() };
  const { index, dates, open } = recordings;
  const ended = dates.endedBefore(atUs);
  for (const [id, { startMs }] of [...open, ...ended]) {
    const cameraId = index.find(id)?.cameraId;
    if (cameraId === undefined) continue;
    firstMs.set(cameraId, Math.min(firstMs.get(cameraId) ?? Infinity, dates.dateMs(startMs * 1000)));
  }
  const redated = ended.map(([id, span]) => dates.inTurn(() => redate(recordings, id, span)));
  return { firstMs, done: Promise.allSettled(redated).then(() => undefined) };
}

async function redate(
  { folder, index, space, dates }: Redated,
  id: string,
  span: RecordedSpan,
): Promise<void> {
  const segment = index.find(id);
  if (!segment) return;
  // It cannot be removed while its name changes.
  space.put({ ...asStored(segment), kept: true });
  const { startMs, endMs } = await dates.redate(segment, span);
  const now = index.find(id);
  if (!now) {
    space.forget(id);
    return await rm(join(folder, recordingPath({ ...segment, startMs })), { force: true });
  }
  const dated = { ...now, startMs, endMs };
  space.put(asStored(dated));
  await index.put(dated).catch(() => undefined);
}

/** As the quota counts it. */
export function asStored(segment: StoredSegment): StoredRecording {
  const { id, cameraId, bytes } = segment;
  return { id, cameraId, bytes, kept: segment.protected || segment.open };
}
