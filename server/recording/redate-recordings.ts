/**
 * What the clock's being set means for the recordings that ended shortly before: they were dated by a wrong clock, and are dated
 * anew, on the disk, in the index and for the quota alike.
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
  room: RecordingSpace;
  dates: RecordingDates;
  /** What is being written, by id. */
  open: ReadonlyMap<string, RecordedSpan>;
}

/** @returns by camera the date of the first recording with a new one, those that are being written among them. Never throws. */
export async function redateRecordings(
  recordings: Redated,
  { kind, atUs }: ClockChange,
): Promise<ReadonlyMap<string, number>> {
  const firstMs = new Map<string, number>();
  if (kind !== 'stepped') return firstMs;
  const { index, dates, open } = recordings;
  const note = (id: string, { startMs }: RecordedSpan): void => {
    const cameraId = index.find(id)?.cameraId;
    if (cameraId === undefined) return;
    firstMs.set(cameraId, Math.min(firstMs.get(cameraId) ?? Infinity, dates.dateMs(startMs * 1000)));
  };
  for (const [id, span] of open) note(id, span);
  for (const [id, span] of dates.endedBefore(atUs)) {
    note(id, span);
    await redate(recordings, id, span);
  }
  return firstMs;
}

async function redate(
  { folder, index, room, dates }: Redated,
  id: string,
  span: RecordedSpan,
): Promise<void> {
  const segment = index.find(id);
  if (!segment) return;
  // It makes no room while its name changes.
  room.put({ ...asStored(segment), kept: true });
  const { startMs, endMs } = await dates.redate(segment, span);
  const now = index.find(id);
  if (!now) {
    room.forget(id);
    return await rm(join(folder, recordingPath({ ...segment, startMs })), { force: true });
  }
  const dated = { ...now, startMs, endMs };
  room.put(asStored(dated));
  await index.put(dated).catch(() => undefined);
}

/** As the quota counts it. */
export function asStored(segment: StoredSegment): StoredRecording {
  const { id, cameraId, bytes } = segment;
  return { id, cameraId, bytes, kept: segment.protected || segment.open };
}
