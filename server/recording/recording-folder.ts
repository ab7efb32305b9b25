/**
 * Tells the folder of the recordings from an empty one in its place, which is there when its disk is not: unplugged while the
 * server runs, or not mounted at its start. A file in it marks it.
 *
 * Invariant: without the mark nothing is written there and nothing is taken from the index.
 */

import { glob, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { VigieError } from '../errors.ts';
import { parseRecordingPath } from './recording-path.ts';

export const MARK_NAME = '.vigie-recordings';

/**
 * Makes the folder, and marks it unless recordings are known that are not in it.
 *
 * @param isIndexEmpty no recordings are known
 * @returns whether it is the folder of the recordings
 */
export async function openRecordingFolder(folder: string, isIndexEmpty: boolean): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await isRecordingFolder(folder)) return true;
  // An older version did not mark the folder.
  if (!isIndexEmpty && (await recordedCameraIds(folder)).length === 0) return false;
  await writeFile(join(folder, MARK_NAME), '', { mode: 0o600 });
  return true;
}

export async function isRecordingFolder(folder: string): Promise<boolean> {
  return stat(join(folder, MARK_NAME)).then(
    () => true,
    () => false,
  );
}

/** @throws VigieError `unavailable` when the folder, or its disk, is missing */
export async function assertRecordingFolder(folder: string): Promise<void> {
  if (!(await isRecordingFolder(folder))) throw recordingFolderMissing();
}

export function recordingFolderMissing(): VigieError {
  return new VigieError('unavailable', 'the folder of the recordings, or its disk, is missing: mount it');
}

/**
 * Makes the folder of a file in the folder of the recordings.
 *
 * @throws VigieError `unavailable` when that is not there: the folder would be made on whichever disk is in its place
 */
export async function makeFolderOf(path: string, recordingsFolder: string): Promise<void> {
  await assertRecordingFolder(recordingsFolder);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
}

/** The cameras that have recordings in the folder. */
export async function recordedCameraIds(folder: string): Promise<string[]> {
  const ids = new Set<string>();
  for await (const path of glob('*/*/*.webm', { cwd: folder })) {
    const name = parseRecordingPath(path.split(sep).join('/'));
    if (name) ids.add(name.cameraId);
  }
  return [...ids];
}
