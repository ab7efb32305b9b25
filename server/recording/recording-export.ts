/**
 * Writes a range of a camera's recordings as one WebM file: the frames unchanged, with cues. An open segment is read up to its
 * present end; time without a recording keeps its length. A recording that was removed since the export was asked for
 * is left out, and counted; one that got another name is found by it.
 */

import { readFile } from 'node:fs/promises';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { VigieError } from '../errors.ts';
import { recordedFrames } from './recorded-frames.ts';
import type { StoredSegment } from './recording-store.ts';
import { WebmFile } from './webm-file.ts';

export interface ExportPlan {
  /** The recordings of the range, oldest first. */
  segments: readonly StoredSegment[];
  fromMs: number;
  toMs: number;
  /** Upper limit of the file's size. */
  bytes: number;
}

export interface WrittenExport {
  bytes: number;
  /** From the first frame in it to the end of the last, ms since the Unix epoch. */
  startMs: number;
  endMs: number;
  /** Number of recordings that no longer existed. */
  missing: number;
}

export interface RecordingFiles {
  pathOf(segment: StoredSegment): string;
  /** Its present path; undefined when it was removed. */
  locate(id: string): Promise<string | undefined>;
}

export interface WriteExportOptions {
  files: RecordingFiles;
  /** The export was cancelled. */
  stopped: AbortSignal;
  /** Called after each segment with the progress, 0 … 1. */
  onProgress: (share: number) => void;
  /** Called with the size of the file. @returns false when it must not grow */
  wrote: (bytes: number) => boolean;
}

/** Recordings one after the other may touch. */
const OVERLAP_MS = 1_000;
/** The blocks are those of the recordings; header, cues and cluster headers may be larger by this. */
const OVERHEAD_BYTES = 64 * 1024;
const OVERHEAD_SHARE = 0.02;

/** @throws VigieError `notFound` when there is nothing in the range */
export function planExport(found: readonly StoredSegment[], fromMs: number, toMs: number): ExportPlan {
  const segments = newestOfEachTime(found);
  const last = segments.at(-1);
  if (!last) throw new VigieError('notFound', 'there is no recording of that time');
  const recorded = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const bytes = Math.ceil(recorded * (1 + OVERHEAD_SHARE)) + OVERHEAD_BYTES;
  // Frames that an open segment gets from now on have no room reserved.
  return { segments, fromMs, toMs: Math.min(toMs, last.endMs), bytes };
}

/**
 * @param path must not exist, but its folder must
 * @throws VigieError `notFound`, `unavailable`; a file that was begun is left
 */
export async function writeExport(
  path: string,
  { segments, fromMs, toMs }: ExportPlan,
  { files, stopped, onProgress, wrote }: WriteExportOptions,
): Promise<WrittenExport> {
  let exported: WebmFile | undefined;
  let missing = 0;
  for (const [index, segment] of segments.entries()) {
    if (stopped.aborted) break;
    const recorded = await framesOf(segment, files);
    if (!recorded) missing++;
    const frames = framesWithin(recorded ?? [], fromMs, toMs);
    const [first] = frames;
    if (!first) continue;
    const file: WebmFile = (exported ??= await WebmFile.create(path, first, {
      admit: () => Promise.resolve(wrote(file.bytes)),
      maxQueuedBytes: Infinity,
    }));
    for (const frame of frames) file.add(frame);
    file.lastsUntil(Math.min(segment.endMs, toMs));
    await file.flushed();
    onProgress((index + 1) / segments.length);
  }
  await exported?.close();
  if (stopped.aborted) throw new VigieError('unavailable', 'the client no longer waits for this download');
  if (!exported) throw new VigieError('notFound', 'there is no recording of that time');
  if (exported.error)
    throw new VigieError(
      'unavailable',
      'the server’s disk has no room for this download: choose a shorter range, or try again later',
    );
  wrote(exported.bytes);
  const { startMs, endMs, bytes } = exported;
  return { startMs, endMs, bytes, missing };
}

/**
 * A clock that was set back gives two recordings the same time. The one begun last counts.
 *
 * @param segments in the order of their dates, like the result
 */
export function newestOfEachTime(segments: readonly StoredSegment[]): StoredSegment[] {
  const kept: StoredSegment[] = [];
  for (const segment of segments.toSorted((a, b) => sequenceOf(b) - sequenceOf(a) || b.startMs - a.startMs)) {
    const overlaps = (other: StoredSegment): boolean =>
      Math.min(other.endMs, segment.endMs) - Math.max(other.startMs, segment.startMs) > OVERLAP_MS;
    if (!kept.some(overlaps)) kept.push(segment);
  }
  return kept.sort((a, b) => a.startMs - b.startMs);
}

/** @returns undefined when it was removed: newer recordings replace the oldest */
async function framesOf(segment: StoredSegment, files: RecordingFiles): Promise<EncodedFrame[] | undefined> {
  const { id, cameraId, startMs } = segment;
  // If the clock was set meanwhile, its frames keep the dates by which the range was requested.
  const data = (await readIfThere(files.pathOf(segment))) ?? (await readIfThere(await files.locate(id)));
  return data && recordedFrames(data, cameraId, startMs);
}

async function readIfThere(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Begins with the last keyframe that is not after `fromMs`, because frames before it could not be shown. */
function framesWithin(frames: readonly EncodedFrame[], fromMs: number, toMs: number): EncodedFrame[] {
  const begin = frames.findLastIndex(({ keyframe, captureUs }) => keyframe && captureUs <= fromMs * 1000);
  return frames.slice(Math.max(0, begin)).filter(({ captureUs }) => captureUs <= toMs * 1000);
}

/** One that the index does not have yet is the newest. */
function sequenceOf({ sequence = Infinity }: StoredSegment): number {
  return sequence;
}
