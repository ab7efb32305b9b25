/**
 * The dates of recordings, which are their files' names too: from server time, and anew when the clock was set.
 *
 * A recording that ended shortly before a step keeps its length and gets a new name. A crash in between leaves a file that the
 * next start takes in by its name.
 */

import { access, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { REDATED_MS, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import { recordingPath } from './recording-path.ts';
import type { StoredSegment } from './recording-store.ts';
import { syncFolderOf } from './sync-folder.ts';

/** A file's first and last frame, server time in ms. */
export interface RecordedSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** A smaller difference is not worth a new name. */
const WORTH_A_NAME_MS = 500;

export class RecordingDates {
  readonly #folder: string;
  readonly #dates: Dates;
  readonly #log: Log;
  /** What ended lately, by id. */
  readonly #ended = new Map<string, RecordedSpan>();

  constructor(folder: string, dates: Dates, log: Log) {
    this.#folder = folder;
    this.#dates = dates;
    this.#log = log;
  }

  /** @param serverUs server time. @returns whole ms since the Unix epoch */
  dateMs(serverUs: number): number {
    return Math.floor(this.#dates.dateMs(serverUs));
  }

  /**
   * Gives a closed recording the date its first frame has now.
   *
   * @returns it as it is then: where another has that very moment, a little later; as it was where the disk fails. Never throws.
   */
  async redate(segment: StoredSegment, { startMs }: RecordedSpan): Promise<StoredSegment> {
    const dateMs = this.dateMs(startMs * 1000);
    if (Math.abs(dateMs - segment.startMs) < WORTH_A_NAME_MS) return segment;
    try {
      let moved = datedAt(segment, dateMs);
      while (await exists(this.#pathOf(moved))) moved = datedAt(segment, moved.startMs + 1);
      await mkdir(dirname(this.#pathOf(moved)), { recursive: true });
      await rename(this.#pathOf(segment), this.#pathOf(moved));
      await syncFolderOf(this.#pathOf(moved));
      return moved;
    } catch (error) {
      this.#log.error({ err: error, recordingId: segment.id }, 'failed to date a recording anew');
      return segment;
    }
  }

  noteEnd(id: string, { startMs, endMs }: RecordedSpan): void {
    this.#ended.set(id, { startMs, endMs });
    for (const [former, span] of this.#ended) if (span.endMs < endMs - REDATED_MS) this.#ended.delete(former);
  }

  /** Those that ended so shortly before a step that the wrong clock has dated them. */
  endedBefore(atUs: number): [id: string, span: RecordedSpan][] {
    return [...this.#ended].filter(([, { endMs }]) => endMs >= atUs / 1000 - REDATED_MS);
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
