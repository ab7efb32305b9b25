/**
 * Repairs a file that was cut off: its frames up to the cut, with cues, sizes and a duration.
 *
 * The old file is replaced only once the new one is on the disk, so a crash during the repair loses nothing.
 */

import { readFile, rename, rm } from 'node:fs/promises';
import { recordedFrames } from './recorded-frames.ts';
import { syncFolderOf } from './sync-folder.ts';
import { WebmFile } from './webm-file.ts';

/** Beside the file, while it is repaired; what is left over of one is removed at the next start. */
export const REPAIR_SUFFIX = '.repair';

export interface RepairedFile {
  bytes: number;
  /** ms since the Unix epoch. */
  endMs: number;
  width: number;
  height: number;
}

/** The duration of the last picture is unknown; a file with only one needs one. */
const ONLY_FRAME_MS = 1_000;

/**
 * @param startMs when the file's first frame was taken
 * @returns undefined when there is no frame in it that could be saved
 * @throws Error of the file system
 */
export async function repairWebm(path: string, startMs: number): Promise<RepairedFile | undefined> {
  const frames = recordedFrames(await readFile(path), '', startMs);
  const [first] = frames;
  if (!first) return undefined;
  const temporary = `${path}${REPAIR_SUFFIX}`;
  await rm(temporary, { force: true });
  const file = await WebmFile.create(temporary, first, { admit: unasked, maxQueuedBytes: Infinity });
  for (const frame of frames) file.add(frame);
  if (frames.length === 1) file.lastsUntil(startMs + ONLY_FRAME_MS);
  await file.close();
  if (file.error) throw file.error;
  await rename(temporary, path);
  await syncFolderOf(path);
  return { bytes: file.bytes, endMs: file.endMs, width: first.width, height: first.height };
}

/** The repaired file takes the place of the broken one in the quota. */
function unasked(): Promise<boolean> {
  return Promise.resolve(true);
}
