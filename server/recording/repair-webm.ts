/**
 * Makes a file that was cut off a whole one again: its frames up to the cut, with cues, sizes and a duration.
 *
 * The old file is replaced only once the new one is on the disk, so a crash during the repair loses nothing.
 */

import { readFile, rename, rm } from 'node:fs/promises';
import { recoverFrames, type RecoveredFrame } from '../core/webm-recovery.ts';
import { readVp8Frame } from '../core/vp8-frame.ts';
import type { EncodedFrame } from '../core/encoded-frame.ts';
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

/**
 * @param startMs when the file's first frame was taken
 * @returns undefined when there is no frame in it that could be saved
 * @throws Error of the file system
 */
export async function repairWebm(path: string, startMs: number): Promise<RepairedFile | undefined> {
  const frames = recoverFrames(await readFile(path));
  const [first] = frames;
  const size = first && readVp8Frame(first.data);
  if (!first || size?.width === undefined || size.height === undefined) return undefined;
  const { width, height } = size;
  const temporary = `${path}${REPAIR_SUFFIX}`;
  await rm(temporary, { force: true });
  const encoded = frames.map((frame) => asEncoded(frame, startMs, width, height));
  const [begin] = encoded;
  if (!begin) return undefined;
  const file = await WebmFile.create(temporary, begin, { admit: unasked, maxQueuedBytes: Infinity });
  for (const frame of encoded) file.add(frame);
  await file.close();
  if (file.error) throw file.error;
  await rename(temporary, path);
  await syncFolderOf(path);
  return { bytes: file.bytes, endMs: file.endMs, width, height };
}

/** The repaired file takes the room of the broken one. */
function unasked(): Promise<boolean> {
  return Promise.resolve(true);
}

function asEncoded(
  { timeMs, keyframe, data }: RecoveredFrame,
  startMs: number,
  width: number,
  height: number,
): EncodedFrame {
  const captureUs = (startMs + timeMs) * 1000;
  const times = {
    captureUs,
    receivedUs: captureUs,
    decodeStartUs: captureUs,
    decodedUs: captureUs,
    encodedUs: captureUs,
  };
  return { cameraId: '', data, keyframe, width, height, timestamp90k: 0, ...times };
}
