/**
 * Distinguishes the folder of the recordings from an empty one in its place, which appears when its disk is missing: unplugged
 * while the server runs, or not mounted at its start. A marker file identifies it.
 *
 * Invariant: without the marker nothing is written there and nothing is removed from the index.
 */

import { glob, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { VigieError } from '../errors.ts';
import { parseRecordingPath } from './recording-path.ts';

export const MARK_NAME = '.vigie-recordings';

/**
 * Creates the folder, and marks it unless the index has recordings that are not in it.
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
 * Creates the folder of a file in the folder of the recordings.
 *
 * @throws VigieError `unavailable` when that is missing: the folder would be created on another disk
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
