/**
 * Why a camera is not recorded although it should be: one gap at a time, in the index.
 *
 * Times are server time in ms; the index gets their dates. A disk too full to note a gap must not break what comes after: a gap
 * that cannot be written is logged and lost.
 */

import { REDATED_MS, unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { GapReason } from '../wire/recording.ts';

export class RecordingGaps {
  readonly #cameraId: string;
  readonly #store: RecordingStore;
  readonly #log: Log;
  readonly #dates: Dates;
  #current: GapReason | undefined;

  constructor(cameraId: string, store: RecordingStore, log: Log, dates: Dates = unmappedTime()) {
    this.#cameraId = cameraId;
    this.#store = store;
    this.#log = log;
    this.#dates = dates;
  }

  /** The first reason counts until frames come again. */
  begin(reason: GapReason, sinceMs: number): void {
    if (this.#current !== undefined) return;
    this.#current = reason;
    const startMs = this.#dateOf(sinceMs);
    this.#write(() => this.#store.addGap(this.#cameraId, reason, startMs, null));
  }

  end(atMs: number): void {
    if (this.#current === undefined) return;
    this.#current = undefined;
    const endMs = this.#dateOf(atMs);
    this.#write(() => this.#store.endGaps(this.#cameraId, endMs));
  }

  /**
   * After a step, gaps move with the segments around them; a sleep, and the time a clock passed over, are gaps of their own.
   *
   * @param wasRecorded the camera was being recorded
   * @param firstMs date of the first segment that was dated anew, if there was one
   */
  onClockChanged(
    { kind, byMs, atUs, sinceUs }: ClockChange,
    wasRecorded: boolean,
    firstMs: number | undefined,
  ): void {
    const nowMs = Math.floor(this.#dates.dateMs(atUs));
    const [cameraId, store] = [this.#cameraId, this.#store];
    if (kind === 'slept') {
      const startMs = this.#dateOf(sinceUs / 1000);
      if (wasRecorded) this.#write(() => store.addGap(cameraId, 'clockChanged', startMs, nowMs));
      return;
    }
    const beforeMs = nowMs - byMs;
    this.#write(() => store.moveGaps(cameraId, byMs, beforeMs - REDATED_MS, beforeMs));
    if (byMs < 0) this.#write(() => store.forgetClockGaps(cameraId, nowMs));
    if (!wasRecorded) return;
    const endMs = firstMs ?? nowMs;
    const startMs = byMs < 0 ? endMs : endMs - byMs;
    this.#write(() => store.addClockGap(cameraId, startMs, endMs));
  }

  #dateOf(serverMs: number): number {
    return Math.floor(this.#dates.dateMs(serverMs * 1000));
  }

  #write(change: () => Promise<void>): void {
    change().catch((error: unknown) => {
      this.#log.error({ err: error, cameraId: this.#cameraId }, 'failed to store a gap');
    });
  }
}
