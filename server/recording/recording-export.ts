/**
 * A range of a camera's recordings as one WebM file to take away: the frames as they are, in one file with cues.
 *
 * It is made beside the recordings and removed once it was sent. What is still being written is read as far as it has come;
 * time in which nothing was recorded stays in it as time.
 */

import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { VigieError } from '../errors.ts';
import { randomId } from '../store/random-id.ts';
import { makeFolderOf } from './recording-folder.ts';
import type { StoredSegment } from './recording-store.ts';
import { recordedFrames } from './recorded-frames.ts';
import type { RecordingLibrary } from './recording-library.ts';
import { WebmFile } from './webm-file.ts';

const MAX_EXPORT_MS = 2 * 3_600_000;
/** At once; each reads and writes as fast as the disk can. */
const MAX_EXPORTS = 2;
const FOLDER = '.exports';
/** Recordings one after the other may touch. */
const OVERLAP_MS = 1_000;

export interface ExportedFile {
  path: string;
  /** From the first frame in it to the end of the last, ms since the Unix epoch. */
  startMs: number;
  endMs: number;
  /** Removes the file. Idempotent. */
  close(): Promise<void>;
}

export class RecordingExport {
  readonly #library: RecordingLibrary;
  readonly #folder: string;
  #running = 0;

  private constructor(library: RecordingLibrary, folder: string) {
    this.#library = library;
    this.#folder = folder;
  }

  /** @param recordingsFolder what a crash left of exports in it is removed */
  static async open(library: RecordingLibrary, recordingsFolder: string): Promise<RecordingExport> {
    const folder = join(recordingsFolder, FOLDER);
    await rm(folder, { recursive: true, force: true });
    return new RecordingExport(library, folder);
  }

  /**
   * @param stopped nobody waits for it any more
   * @returns from the keyframe at or before `fromMs` to `toMs`
   * @throws VigieError `badRequest`, `notFound` when there is nothing in the range, `tooManyRequests`, `unavailable`
   */
  async range(cameraId: string, fromMs: number, toMs: number, stopped?: AbortSignal): Promise<ExportedFile> {
    if (toMs - fromMs > MAX_EXPORT_MS)
      throw new VigieError(
        'badRequest',
        `at most ${MAX_EXPORT_MS / 3_600_000} hours at once can be downloaded`,
      );
    const segments = newestOfEachTime(await this.#library.range(cameraId, fromMs, toMs));
    this.#assertRoom(segments);
    if (this.#running >= MAX_EXPORTS)
      throw new VigieError('tooManyRequests', 'other downloads are being prepared; try again in a moment', {
        retryAfterSeconds: 10,
      });
    this.#running++;
    try {
      return await this.#write(segments, fromMs, toMs, stopped);
    } finally {
      this.#running--;
    }
  }

  async #write(
    segments: readonly StoredSegment[],
    fromMs: number,
    toMs: number,
    stopped?: AbortSignal,
  ): Promise<ExportedFile> {
    const path = join(this.#folder, `${randomId('export')}.webm`);
    let exported: WebmFile | undefined;
    for (const segment of segments) {
      if (stopped?.aborted) break;
      const file = await readFile(this.#library.pathOf(segment));
      const frames = framesWithin(recordedFrames(file, segment.cameraId, segment.startMs), fromMs, toMs);
      const [first] = frames;
      if (!first) continue;
      if (!exported) await makeFolderOf(path, dirname(this.#folder));
      exported ??= await WebmFile.create(path, first, { admit: unasked, maxQueuedBytes: Infinity });
      for (const frame of frames) exported.add(frame);
      exported.lastsUntil(Math.min(segment.endMs, toMs));
      await exported.flushed();
    }
    if (!exported) throw new VigieError('notFound', 'nothing was recorded then');
    await exported.close();
    const { startMs, endMs, error } = exported;
    const close = (): Promise<void> => rm(path, { force: true });
    if (stopped?.aborted) {
      await close();
      throw new VigieError('unavailable', 'nobody waits for this download any more');
    }
    if (!error) return { path, startMs, endMs, close };
    await close();
    throw new VigieError('unavailable', 'the server has no room to prepare this download');
  }

  #assertRoom(segments: readonly StoredSegment[]): void {
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const { freeBytes, freeFloorBytes } = this.#library.status;
    if (freeBytes !== null && bytes > freeBytes - freeFloorBytes)
      throw new VigieError(
        'unavailable',
        'the server has no room to prepare this download; ask for a shorter one',
      );
  }
}

/**
 * A clock that was set back gives two recordings one time. The one that was begun last is right about it.
 *
 * @param segments by their dates, as is the answer
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

/** Begins with the last keyframe that is not after `fromMs`, for nothing before it could be shown. */
function framesWithin(frames: readonly EncodedFrame[], fromMs: number, toMs: number): EncodedFrame[] {
  const begin = frames.findLastIndex(({ keyframe, captureUs }) => keyframe && captureUs <= fromMs * 1000);
  return frames.slice(Math.max(0, begin)).filter(({ captureUs }) => captureUs <= toMs * 1000);
}

/** There was room for all of it when it began. */
function unasked(): Promise<boolean> {
  return Promise.resolve(true);
}

/** One that the index does not have yet is the newest. */
function sequenceOf({ sequence = Infinity }: StoredSegment): number {
  return sequence;
}
