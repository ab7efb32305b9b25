/**
 * The segments whose files are not whole: those that are being written, and those that a failing disk cut off.
 *
 * Invariant: a segment that was begun ends once, in the index and for the quota alike, whatever the disk does.
 */

import { join } from 'node:path';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { StoredRecording } from '../core/recording/quota-ring.ts';
import type { Log } from '../log.ts';
import { isDiskFull } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import type { RecordedSpan, RecordingDates } from './recording-dates.ts';
import type { RecordingIndex } from './recording-index.ts';
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
  /** The last frame added lasts until then at least. */
  lastsUntil(endMs: number): void;
  /** Idempotent; never throws. */
  close(): Promise<void>;
}

export interface UnfinishedSegmentsOptions {
  folder: string;
  room: RecordingSpace;
  index: RecordingIndex;
  dates: RecordingDates;
  /** Removes one from disk, index and quota. */
  remove: (id: string) => Promise<void>;
  log: Log;
}

export class UnfinishedSegments {
  readonly #options: UnfinishedSegmentsOptions;
  readonly #open = new Map<string, WebmFile>();
  /** Ids of those that a failing disk cut off: open in the index, which has the next start repair them, and written no more. */
  readonly #cutOff = new Set<string>();

  constructor(options: UnfinishedSegmentsOptions) {
    this.#options = options;
  }

  /** Those that are being written, by id, in server time. */
  get open(): ReadonlyMap<string, RecordedSpan> {
    return this.#open;
  }

  get ids(): string[] {
    return [...this.#open.keys(), ...this.#cutOff];
  }

  /**
   * @param first a keyframe; it still has to be added
   * @throws Error of the file system
   */
  async begin(first: EncodedFrame, isProtected: boolean): Promise<OpenRecording> {
    const { folder, room, index, dates } = this.#options;
    await room.assertThere();
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
    room.put(stored);
    try {
      index.put(segment).catch(() => undefined);
      const path = join(folder, recordingPath(segment));
      const file = await WebmFile.create(path, first, { admit: (bytes) => room.admit(stored, bytes) });
      this.#open.set(id, file);
      return this.#opened(segment, file);
    } catch (error) {
      if (isDiskFull(error)) room.onDiskFull();
      room.forget(id);
      index.remove(id).catch(() => undefined);
      throw error;
    }
  }

  /** As far as it has come, where the index has it otherwise. */
  asItIs(segment: StoredSegment): StoredSegment {
    const file = this.#open.get(segment.id);
    if (file) return asFarAs(segment, file);
    return this.#cutOff.has(segment.id) ? { ...segment, open: false } : segment;
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
      lastsUntil: (endMs) => file.lastsUntil(endMs),
      close: () => this.#close(segment.id, file),
    };
  }

  async #close(id: string, file: WebmFile): Promise<void> {
    const { room, index, dates, remove, log } = this.#options;
    await file.close();
    if (!this.#open.delete(id)) return;
    const problem = file.error?.problem;
    if (problem === 'diskError') room.onDiskFull();
    try {
      const segment = index.find(id);
      if (!segment) return;
      if (file.bytes === 0) return await remove(id);
      const dated = await dates.redate(asFarAs(segment, file), file);
      dates.noteEnd(id, file);
      // What a failing disk kept from ending as it should is repaired at the next start; until then it plays as far as it goes.
      const closed = { ...dated, open: problem === 'diskError' };
      if (closed.open) this.#cutOff.add(id);
      index.put(closed).catch(() => undefined);
      room.put({ ...asStored(closed), kept: closed.protected });
    } catch (error) {
      log.error({ err: error, recordingId: id }, 'failed to close a recording');
    }
  }
}

/** @param file its segment, on another clock */
function asFarAs(segment: StoredSegment, { startMs, endMs, bytes }: WebmFile): StoredSegment {
  return { ...segment, endMs: segment.startMs + endMs - startMs, bytes };
}
