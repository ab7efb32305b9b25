/**
 * The index of the recordings, including changes that are not written yet. It is written after the files, and recording never
 * waits for it.
 *
 * Invariants: an added or removed entry is found, or no longer found, at once; a write that fails is logged, and the next start
 * corrects the index from the files, which are authoritative.
 */

import type { Log } from '../log.ts';
import type { RecordingStore, StoredSegment } from './recording-store.ts';

export class RecordingIndex {
  readonly #store: RecordingStore;
  readonly #log: Log;
  /** Entries as they will be stored, `null` for one that will be removed. */
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

  /** @returns once it is written. @throws the error of the store, which is already logged; so does `remove` */
  put(segment: StoredSegment): Promise<void> {
    return this.#write(segment.id, segment, () => this.#store.put(segment));
  }

  remove(id: string): Promise<void> {
    return this.#write(id, null, () => this.#store.remove(id));
  }

  /** Resolves once all changes so far are written, or have failed. */
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
