/**
 * Segments whose files are incomplete: open ones, and those that a failing disk cut off.
 *
 * Invariant: a segment ends exactly once, in the index and for the quota alike, whatever the disk does.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { StoredRecording } from '../core/recording/quota-ring.ts';
import type { Log } from '../log.ts';
import { isDiskFull } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import type { RecordedSpan, RecordingDates } from './recording-dates.ts';
import type { RecordingIndex } from './recording-index.ts';
import { makeFolderOf } from './recording-folder.ts';
import { recordingPath } from './recording-path.ts';
import type { RecordingSpace } from './recording-space.ts';
import type { StoredSegment } from './recording-store.ts';
import { asStored } from './redate-recordings.ts';
import { WebmFile, type WriteError } from './webm-file.ts';

/** One recording while it is being written. */
export interface OpenRecording {
  readonly id: string;
  /** On the clock of its frames: server time. */
  readonly startMs: number;
  readonly endMs: number;
  readonly width: number;
  readonly height: number;
  /** Why nothing more can be added. */
  readonly error: WriteError | undefined;
  add(frame: EncodedFrame): void;
  /** Once everything added so far is with the operating system. */
  flushed(): Promise<void>;
  /** The last frame added lasts until then at least. */
  lastsUntil(endMs: number): void;
  /** Idempotent; never throws. */
  close(): Promise<void>;
  /** Ends it and removes it, because it shows no picture. Idempotent; never throws. */
  discard(): Promise<void>;
}

export interface UnfinishedSegmentsOptions {
  folder: string;
  space: RecordingSpace;
  index: RecordingIndex;
  dates: RecordingDates;
  /** Removes one from disk, index and quota. */
  remove: (id: string) => Promise<void>;
  log: Log;
}

export class UnfinishedSegments {
  readonly #options: UnfinishedSegmentsOptions;
  readonly #open = new Map<string, WebmFile>();
  /** Whole but for their entries. */
  readonly #ending = new Map<string, WebmFile>();
  /** Ids of those that a failing disk cut off: open in the index, which has the next start repair them, and written no more. */
  readonly #cutOff = new Set<string>();

  constructor(options: UnfinishedSegmentsOptions) {
    this.#options = options;
  }

  /** The segments being written, by id, in server time. */
  get open(): ReadonlyMap<string, RecordedSpan> {
    return this.#open;
  }

  get ids(): string[] {
    return [...this.#open.keys(), ...this.#ending.keys(), ...this.#cutOff];
  }

  /**
   * @param first a keyframe; it still has to be added
   * @throws Error of the file system
   */
  async begin(first: EncodedFrame, isProtected: boolean): Promise<OpenRecording> {
    const { folder, space, index, dates } = this.#options;
    await space.assertThere();
    const { cameraId, width, height } = first;
    const startMs = dates.dateMs(first.captureUs);
    const id = randomId('rec');
    const stored: StoredRecording = { id, cameraId, bytes: 0, kept: true };
    const segment = {
      id,
      cameraId,
      startMs,
      endMs: startMs,
      bytes: 0,
      width,
      height,
      protected: isProtected,
      open: true,
    };
    space.put(stored);
    try {
      index.put(segment).catch(() => undefined);
      const path = join(folder, recordingPath(segment));
      await makeFolderOf(path, folder);
      const file = await WebmFile.create(path, first, { admit: (bytes) => space.admit(stored, bytes) });
      this.#open.set(id, file);
      return this.#opened(segment, file);
    } catch (error) {
      if (isDiskFull(error)) space.onDiskFull();
      space.forget(id);
      index.remove(id).catch(() => undefined);
      throw error;
    }
  }

  /** Its present state, which the index may not have. */
  asItIs(segment: StoredSegment): StoredSegment {
    const file = this.#open.get(segment.id) ?? this.#ending.get(segment.id);
    if (file) return asFarAs(segment, file);
    return this.#cutOff.has(segment.id) ? { ...segment, open: false } : segment;
  }

  /** A failing disk cut it off: its file has no cues, and maybe half a picture at its end. */
  isCutOff(id: string): boolean {
    return this.#cutOff.has(id);
  }

  /** It was removed. */
  forget(id: string): void {
    this.#cutOff.delete(id);
  }

  #opened(segment: StoredSegment, file: WebmFile): OpenRecording {
    return {
      id: segment.id,
      startMs: file.startMs,
      width: segment.width,
      height: segment.height,
      get endMs() {
        return file.endMs;
      },
      get error() {
        return file.error;
      },
      add: (frame) => file.add(frame),
      flushed: () => file.flushed(),
      lastsUntil: (endMs) => file.lastsUntil(endMs),
      close: () => this.#close(segment.id, file, true),
      discard: () => this.#close(segment.id, file, false),
    };
  }

  async #close(id: string, file: WebmFile, isKept: boolean): Promise<void> {
    const { space, index, dates, log } = this.#options;
    await file.close();
    if (!this.#open.delete(id)) return;
    if (isOfDisk(file.error)) space.onDiskFull();
    this.#ending.set(id, file);
    try {
      const cameraId = index.find(id)?.cameraId;
      // A step of the clock meanwhile is one for this recording too.
      if (cameraId !== undefined) dates.noteEnd(id, cameraId, file);
      await dates.inTurn(() => this.#end(id, file, isKept));
    } catch (error) {
      log.error({ err: error, recordingId: id }, 'failed to close a recording');
    } finally {
      this.#ending.delete(id);
    }
  }

  async #end(id: string, file: WebmFile, isKept: boolean): Promise<void> {
    const { folder, space, index, dates, remove } = this.#options;
    const segment = index.find(id);
    if (!segment) return;
    if (!isKept || file.isEmpty) {
      // If the disk is away, the segment stays until the next start.
      this.#cutOff.add(id);
      return await remove(id);
    }
    const dated = await dates.redate(asFarAs(segment, file), file);
    // A segment that a failing disk left without an end is repaired at the next start; until then, its complete part plays.
    const now = index.find(id);
    if (!now) {
      space.forget(id);
      return await rm(join(folder, recordingPath(dated)), { force: true });
    }
    // It may have been protected meanwhile.
    const closed = { ...dated, protected: now.protected, open: file.error?.problem === 'diskError' };
    if (closed.open) this.#cutOff.add(id);
    index.put(closed).catch(() => undefined);
    space.put({ ...asStored(closed), kept: closed.protected });
  }
}

/** @param file its segment, on another clock */
function asFarAs(segment: StoredSegment, { startMs, endMs, bytes }: WebmFile): StoredSegment {
  return { ...segment, endMs: segment.startMs + endMs - startMs, bytes };
}

/** A frame that cannot be written shows nothing about the disk, which the other cameras use too. */
function isOfDisk(error: WriteError | undefined): boolean {
  return error?.problem === 'diskError' && error.cause instanceof Error && 'code' in error.cause;
}
