/**
 * Where a recording lies: `CAMERA/2026-11-23/14-05-09.123.webm`, in UTC. The name alone says whose it is and when it began,
 * so that the index can be made anew from the folder, and people find their way without it.
 */

import { join } from 'node:path';

export interface RecordingName {
  cameraId: string;
  /** ms since the Unix epoch. */
  startMs: number;
}

const PATTERN = /^([\w-]{1,64})\/(\d{4}-\d\d-\d\d)\/(\d\d)-(\d\d)-(\d\d\.\d{3})\.webm$/;

/** @returns relative to the folder of all recordings */
export function recordingPath({ cameraId, startMs }: RecordingName): string {
  const [day = '', time = ''] = new Date(startMs).toISOString().split('T');
  return join(cameraId, day, `${time.replace('Z', '').replaceAll(':', '-')}.webm`);
}

/** @param path relative, with slashes. @returns undefined when it is no recording's */
export function parseRecordingPath(path: string): RecordingName | undefined {
  const [, cameraId, day, hours, minutes, seconds] = PATTERN.exec(path) ?? [];
  const startMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return cameraId === undefined || Number.isNaN(startMs) ? undefined : { cameraId, startMs };
}
