/**
 * Path of a recording: `CAMERA/2026-11-23/14-05-09.123.webm`, in UTC. The name has its camera and its start, so that
 * the index can be rebuilt from the folder, and people can use it without the index.
 */

import { join } from 'node:path';

export interface RecordingName {
  cameraId: string;
  /** ms since the Unix epoch. */
  startMs: number;
}

const PATTERN = /^([\w-]{1,64})\/(\d{4}-\d\d-\d\d)\/(\d\d)-(\d\d)-(\d\d\.\d{3})\.webm$/;

/** @returns relative to the recordings' folder */
export function recordingPath({ cameraId, startMs }: RecordingName): string {
  const [day = '', time = ''] = new Date(startMs).toISOString().split('T');
  return join(cameraId, day, `${time.replace('Z', '').replaceAll(':', '-')}.webm`);
}

/** @param path relative, with slashes. @returns undefined when it is not a recording's path */
export function parseRecordingPath(path: string): RecordingName | undefined {
  const [, cameraId, day, hours, minutes, seconds] = PATTERN.exec(path) ?? [];
  const startMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return cameraId === undefined || Number.isNaN(startMs) ? undefined : { cameraId, startMs };
}
