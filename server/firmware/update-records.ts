/**
 * The updates of all cameras, in memory and in the store: server time here, dates there.
 *
 * Invariants: a failing store loses only that record; an update that has changed since the start has the date of that
 * moment, also when the clock is set afterwards; one that has not keeps its date.
 */

import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import { deadlineOf, isUnderWay, type FirmwareUpdate } from '../core/updates/firmware-update.ts';
import type { Log } from '../log.ts';
import type { FirmwareStore } from './firmware-store.ts';

export interface UpdateRecordsOptions {
  store: FirmwareStore;
  log: Log;
  /** Server time. */
  nowMs: () => number;
  /** Server time is taken for the date when left out. */
  dates?: Dates | undefined;
}

export class UpdateRecords {
  readonly #store: FirmwareStore;
  readonly #log: Log;
  readonly #dates: Dates;
  readonly #nowMs: () => number;
  /** Times are server time in ms. */
  readonly #updates = new Map<string, FirmwareUpdate>();
  /** Dates of those that have not changed since the start, by camera. */
  readonly #keptDates = new Map<string, number>();

  constructor({ store, log, nowMs, dates = unmappedTime() }: UpdateRecordsOptions) {
    this.#store = store;
    this.#log = log;
    this.#dates = dates;
    this.#nowMs = nowMs;
    for (const [cameraId, update] of store.updates()) {
      this.#keptDates.set(cameraId, update.changedAtMs);
      this.#updates.set(cameraId, { ...update, changedAtMs: this.#serverMs(update.changedAtMs) });
    }
  }

  get cameraIds(): string[] {
    return [...this.#updates.keys()];
  }

  /** When an update is over unless something happens; Infinity: none is. */
  get nextDeadlineMs(): number {
    return Math.min(...[...this.#updates.values()].map((update) => deadlineOf(update) ?? Infinity));
  }

  /** Whether a camera waits for this image, or is being updated with it. */
  needs(imageId: string): boolean {
    return [...this.#updates.values()].some(
      (update) => update.imageId === imageId && (update.state === 'staged' || isUnderWay(update)),
    );
  }

  /** The image was deleted. */
  forgetImage(imageId: string): void {
    for (const [cameraId, update] of this.#updates)
      if (update.imageId === imageId) this.set(cameraId, { ...update, imageId: null });
  }

  get(cameraId: string): FirmwareUpdate | undefined {
    return this.#updates.get(cameraId);
  }

  set(cameraId: string, update: FirmwareUpdate): void {
    if (update.changedAtMs !== this.#updates.get(cameraId)?.changedAtMs) this.#keptDates.delete(cameraId);
    this.#updates.set(cameraId, update);
  }

  delete(cameraId: string): void {
    this.#updates.delete(cameraId);
    this.#keptDates.delete(cameraId);
  }

  /** With the date of its last change. */
  dated(cameraId: string): FirmwareUpdate | undefined {
    const update = this.#updates.get(cameraId);
    if (!update) return undefined;
    const keptMs = this.#keptDates.get(cameraId);
    return { ...update, changedAtMs: keptMs ?? Math.floor(this.#dates.dateMs(update.changedAtMs * 1000)) };
  }

  /** @throws errors of the store */
  async put(cameraId: string): Promise<void> {
    const update = this.dated(cameraId);
    if (update) await this.#store.putUpdate(cameraId, update);
  }

  /** As `put`; never throws. */
  keep(cameraId: string): void {
    this.#written(cameraId, this.put(cameraId));
  }

  /** Here and in the store. */
  remove(cameraId: string): void {
    this.delete(cameraId);
    this.#written(cameraId, this.#store.removeUpdate(cameraId));
  }

  /** @returns the cameras whose updates have other dates now */
  onClockChanged({ kind }: ClockChange): string[] {
    if (kind !== 'stepped') return [];
    for (const [cameraId, dateMs] of this.#keptDates) {
      const update = this.#updates.get(cameraId);
      if (update) this.#updates.set(cameraId, { ...update, changedAtMs: this.#serverMs(dateMs) });
    }
    const redated = this.cameraIds.filter((cameraId) => !this.#keptDates.has(cameraId));
    for (const cameraId of redated) this.keep(cameraId);
    return redated;
  }

  #written(cameraId: string, written: Promise<void>): void {
    written.catch((error: unknown) => {
      this.#log.error({ err: error, cameraId }, 'failed to store the progress of an update');
    });
  }

  /** A date in the future: the clock is behind, or was ahead when the update changed. */
  #serverMs(dateMs: number): number {
    return Math.min(this.#nowMs(), Math.floor(this.#dates.serverUs(dateMs) / 1000));
  }
}
