/**
 * The index of the recordings as it is going to be. It is written behind the files, and recording waits for it at no time; what
 * is not written yet is known here.
 *
 * Invariants: what was put or removed is found, or not found, at once; a write that fails is logged, and what the index then
 * lacks the next start puts in order, for the files are what counts.
 */

import type { Log } from '../log.ts';
import type { RecordingStore, StoredSegment } from './recording-store.ts';

export class RecordingIndex {
  readonly #store: RecordingStore;
  readonly #log: Log;
  /** Entries as they will be, `null` where one will be gone. */
  readonly #unwritten = new Map<string, StoredSegment | null>();
  readonly #writes = new Set<Promise<void>>();

  constructor(store: RecordingStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** The ids of entries whose last change is not written yet. */
  get unwrittenIds(): string[] {
    return [...this.#unwritten.keys()];
  }

  find(id: string): StoredSegment | undefined {
    const unwritten = this.#unwritten.get(id);
    return unwritten === undefined ? this.#store.find(id) : (unwritten ?? undefined);
  }

  /** @returns once it is written. @throws what the store throws, which is logged already; so does `remove` */
  put(segment: StoredSegment): Promise<void> {
    return this.#write(segment.id, segment, () => this.#store.put(segment));
  }

  remove(id: string): Promise<void> {
    return this.#write(id, null, () => this.#store.remove(id));
  }

  /** Once what was put or removed until now is written, or has failed to be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }

  #write(id: string, entry: StoredSegment | null, write: () => Promise<void>): Promise<void> {
    const written = this.#tryToWrite(id, entry, write).finally(() => this.#writes.delete(written));
    this.#writes.add(written);
    return written;
  }

  async #tryToWrite(id: string, entry: StoredSegment | null, write: () => Promise<void>): Promise<void> {
    this.#unwritten.set(id, entry);
    try {
      await write();
    } catch (error) {
      this.#log.error({ err: error, recordingId: id }, 'failed to write the recording index');
      throw error;
    } finally {
      // Another change of it may have come meanwhile.
      if (this.#unwritten.get(id) === entry) this.#unwritten.delete(id);
    }
  }
}
