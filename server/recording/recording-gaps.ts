/**
 * The gaps of one camera in the index, one at a time, each with its reason. A frozen sensor is marked beside them.
 *
 * Times are server time in ms; the index gets their dates. A disk too full to store a gap must not stop anything else: a gap that
 * cannot be written is logged and lost.
 */

import { REDATED_MS, unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { GapReason } from '../wire/recording.ts';

/** The recordings of the camera when the clock was set. */
export interface RedatedRecordings {
  /** It was being recorded. */
  wereRecorded: boolean;
  /** Date of the first re-dated segment, if any. */
  firstMs: number | undefined;
  /** Server time since which segments have new dates, where an event reaches back farther. */
  sinceMs: number | undefined;
  /** Once each has its new date. */
  done: Promise<void>;
}

export class RecordingGaps {
  readonly #cameraId: string;
  readonly #store: RecordingStore;
  readonly #log: Log;
  readonly #dates: Dates;
  #current: GapReason | undefined;
  #isFrozen = false;

  constructor(cameraId: string, store: RecordingStore, log: Log, dates: Dates = unmappedTime()) {
    this.#cameraId = cameraId;
    this.#store = store;
    this.#log = log;
    this.#dates = dates;
  }

  /** The first reason counts until frames arrive again. */
  begin(reason: GapReason, sinceMs: number): void {
    if (this.#current !== undefined) return;
    this.#current = reason;
    const startMs = this.#dateOf(sinceMs);
    this.#write(() => this.#store.addGap(this.#cameraId, reason, startMs, null));
  }

  /** A gap that has ended, independent of the present one. */
  add(reason: GapReason, sinceMs: number, untilMs: number): void {
    const [startMs, endMs] = [this.#dateOf(sinceMs), this.#dateOf(untilMs)];
    this.#write(() => this.#store.addGap(this.#cameraId, reason, startMs, endMs));
  }

  /** From then on, whatever the reason was before. */
  beginInstead(reason: GapReason, sinceMs: number): void {
    if (this.#current === reason) return;
    this.end(sinceMs);
    this.begin(reason, sinceMs);
  }

  /** Only a gap of this reason. */
  endOf(reason: GapReason, atMs: number): void {
    if (this.#current === reason) this.end(atMs);
  }

  end(atMs: number): void {
    if (this.#current === undefined) return;
    this.#current = undefined;
    const endMs = this.#dateOf(atMs);
    this.#write(() => this.#store.endGaps(this.#cameraId, endMs));
  }

  /** From then on the recording repeats one picture. A mark beside the recordings, which overlaps no gap. */
  beginFrozen(sinceMs: number): void {
    if (this.#isFrozen) return;
    this.#isFrozen = true;
    const startMs = this.#dateOf(sinceMs);
    this.#write(() => this.#store.addGap(this.#cameraId, 'cameraFrozen', startMs, null));
  }

  endFrozen(atMs: number): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    const endMs = this.#dateOf(atMs);
    this.#write(() => this.#store.endFrozenGap(this.#cameraId, endMs));
  }

  /**
   * After a step, gaps move with the segments around them; a sleep, and the time that a clock skipped, are separate gaps. To be
   * called before anything is dated by the new time: only gaps that began before are moved.
   */
  onClockChanged({ kind, byMs, atUs, sinceUs }: ClockChange, recordings: RedatedRecordings): void {
    const { wereRecorded, firstMs, sinceMs, done } = recordings;
    const nowMs = Math.floor(this.#dates.dateMs(atUs));
    const [cameraId, store] = [this.#cameraId, this.#store];
    if (kind === 'slept') {
      const startMs = this.#dateOf(sinceUs / 1000);
      if (wereRecorded) this.#write(() => store.addGap(cameraId, 'clockChanged', startMs, nowMs));
      return;
    }
    const beforeMs = nowMs - byMs;
    const reachMs = Math.max(REDATED_MS, atUs / 1000 - (sinceMs ?? Infinity));
    this.#write(() => store.moveGaps(cameraId, byMs, Math.floor(beforeMs - reachMs), beforeMs));
    const endMs = firstMs ?? nowMs;
    const startMs = byMs < 0 ? endMs : endMs - byMs;
    this.#write(async () => {
      await done;
      if (byMs < 0) await store.forgetClockGaps(cameraId, nowMs);
      if (wereRecorded) await store.addClockGap(cameraId, startMs, endMs);
    });
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
