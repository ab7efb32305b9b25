/**
 * The dates of recordings, which are also their file names: made from server time, and again when the clock is set.
 *
 * A recording that ended shortly before a step keeps its length and gets a new name. A crash in between leaves a file that the
 * next start takes in by its name.
 *
 * Invariants: dates and names change one recording at a time, in the order of the steps, and each is made from server
 * time, so that none is moved twice; nothing is renamed while the disk is not there.
 */

import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { REDATED_MS, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import { makeFolderOf } from './recording-folder.ts';
import { recordingPath } from './recording-path.ts';
import type { StoredSegment } from './recording-store.ts';
import { syncFolderOf } from './sync-folder.ts';

/** A file's first and last frame, server time in ms. */
export interface RecordedSpan {
  readonly startMs: number;
  readonly endMs: number;
}

interface Ended extends RecordedSpan {
  cameraId: string;
}

/** A smaller difference keeps the name. */
const WORTH_A_NAME_MS = 500;
/** Number of ended recordings that can still be re-dated; older ones keep their dates. A week of one camera. */
const MAX_ENDED = 10_000;

export class RecordingDates {
  readonly #folder: string;
  readonly #dates: Dates;
  readonly #log: Log;
  /** Recently ended recordings, by id. */
  readonly #ended = new Map<string, Ended>();
  /** By camera, the moment from which on all ended recordings are remembered. */
  readonly #keptSinceMs = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, dates: Dates, log: Log) {
    this.#folder = folder;
    this.#dates = dates;
    this.#log = log;
  }

  /** @param serverUs server time. @returns whole ms since the Unix epoch */
  dateMs(serverUs: number): number {
    return Math.floor(this.#dates.dateMs(serverUs));
  }

  /** Runs tasks that read or change names one after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /**
   * Gives a closed recording the date that its first frame has now. To be called in turn.
   *
   * @returns the updated recording: a little later if another has exactly that moment; unchanged if the disk fails. Never throws.
   */
  async redate(segment: StoredSegment, { startMs }: RecordedSpan): Promise<StoredSegment> {
    const dateMs = this.dateMs(startMs * 1000);
    if (Math.abs(dateMs - segment.startMs) < WORTH_A_NAME_MS) return segment;
    try {
      let moved = datedAt(segment, dateMs);
      while (await exists(this.#pathOf(moved))) moved = datedAt(segment, moved.startMs + 1);
      await makeFolderOf(this.#pathOf(moved), this.#folder);
      await rename(this.#pathOf(segment), this.#pathOf(moved));
      await syncFolderOf(this.#pathOf(moved));
      return moved;
    } catch (error) {
      this.#log.error({ err: error, recordingId: segment.id }, 'failed to redate a recording');
      return segment;
    }
  }

  noteEnd(id: string, cameraId: string, { startMs, endMs }: RecordedSpan): void {
    this.#ended.set(id, { cameraId, startMs, endMs });
    for (const [former, span] of this.#ended)
      if (this.#ended.size > MAX_ENDED || !this.#isRedated(span, endMs)) this.#ended.delete(former);
  }

  /**
   * An event reaches back to a moment, in server time: recordings since then get new dates with it. @param sinceMs undefined: no
   * event does
   */
  keepSince(cameraId: string, sinceMs: number | undefined): void {
    if (sinceMs === undefined) this.#keptSinceMs.delete(cameraId);
    else this.#keptSinceMs.set(cameraId, sinceMs);
  }

  /** Recordings dated by the wrong clock: those that ended shortly before a step, or belong to such an event. */
  endedBefore(atUs: number): [id: string, span: RecordedSpan][] {
    return [...this.#ended].filter(([, span]) => this.#isRedated(span, atUs / 1000));
  }

  #isRedated({ cameraId, endMs }: Ended, atMs: number): boolean {
    return endMs >= Math.min(atMs - REDATED_MS, this.#keptSinceMs.get(cameraId) ?? Infinity);
  }

  #pathOf(segment: StoredSegment): string {
    return join(this.#folder, recordingPath(segment));
  }
}

function datedAt(segment: StoredSegment, startMs: number): StoredSegment {
  return { ...segment, startMs, endMs: startMs + segment.endMs - segment.startMs };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
