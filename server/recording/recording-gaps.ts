/**
 * Why a camera is not recorded although it should be: one gap at a time, in the index.
 *
 * A disk too full to note a gap must not break what comes after: a gap that cannot be written is logged and lost.
 */

import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { GapReason } from '../wire/recording.ts';

export class RecordingGaps {
  readonly #cameraId: string;
  readonly #store: RecordingStore;
  readonly #log: Log;
  #current: GapReason | undefined;

  constructor(cameraId: string, store: RecordingStore, log: Log) {
    this.#cameraId = cameraId;
    this.#store = store;
    this.#log = log;
  }

  /** The first reason counts until frames come again. */
  begin(reason: GapReason, sinceMs: number): void {
    if (this.#current !== undefined) return;
    this.#current = reason;
    this.#write(() => this.#store.addGap(this.#cameraId, reason, sinceMs, null));
  }

  end(atMs: number): void {
    if (this.#current === undefined) return;
    this.#current = undefined;
    this.#write(() => this.#store.endGaps(this.#cameraId, atMs));
  }

  #write(change: () => Promise<void>): void {
    change().catch((error: unknown) => {
      this.#log.error({ err: error, cameraId: this.#cameraId }, 'failed to store a gap');
    });
  }
}
