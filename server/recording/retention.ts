/**
 * Deletes recordings and pictures of events above the owner's age limit. Protected recordings stay.
 *
 * Invariants: nothing is deleted by a date that is not trusted (core/recording/date-trust.ts), also after a restart. A recording
 * that cannot be removed does not prevent the deletion of others.
 */

import { DateTrust, type ClockSigns } from '../core/recording/date-trust.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ReadFor } from '../store/work.ts';
import type { Expired, RetentionView } from '../wire/recording.ts';
import type { RetentionStore } from './retention-store.ts';

export interface RetentionOptions {
  store: RetentionStore;
  library: { remove(id: string): Promise<void>; find(id: string): { protected: boolean } | undefined };
  /** The date now, ms since the Unix epoch. */
  nowMs: () => number;
  /** The monotonic clock, ms. */
  steadyMs: () => number;
  /** The clock as the site knows it. */
  clock: () => ClockSigns;
  log: Log;
}

const DAY_MS = 24 * 3_600_000;
const INTERVAL_MS = 600_000;
const AT_ONCE = 200;

export class Retention {
  readonly #options: RetentionOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #trust: DateTrust;
  #running = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    const { store, nowMs, steadyMs } = options;
    this.#trust = new DateTrust({
      nowMs: nowMs(),
      steadyMs: steadyMs(),
      trustedMs: store.trustedMs(),
      before: store.steadyRun(),
    });
    this.#timer = setInterval(() => void this.run(), INTERVAL_MS);
  }

  get view(): RetentionView {
    const keepDays = this.#options.store.keepDays();
    const remainingMs = this.#remainingMs;
    return { keepDays, waitingForClock: remainingMs === 0 ? null : { remainingMs } };
  }

  /** In force at once. */
  async setKeepDays(days: number | null): Promise<void> {
    await this.#options.store.setKeepDays(days);
    void this.run();
  }

  /** Amount that is older than this many days. */
  expired(days: number, reader: ReadFor): Promise<Expired> {
    return this.#options.store.expired(this.#options.nowMs() - days * DAY_MS, reader);
  }

  onClockStepped(): void {
    this.#trust.onStepped(this.#options.steadyMs());
    // After a restart, the new date must not count as a continuation of the old one.
    this.#keepRun().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'failed to store that the clock was set');
    });
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { store, nowMs, log } = this.#options;
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#keepRun();
      if (this.#remainingMs === 0) await store.setTrustedMs(nowMs());
      for (let beforeMs; (beforeMs = this.#beforeMs) !== undefined;)
        if ((await store.removePictures(beforeMs, AT_ONCE)) === 0) break;
      // A recording that cannot be removed stays in the list; the next page begins after it.
      let after = { endMs: -1, bytes: 0, sequence: 0 };
      for (let beforeMs; (beforeMs = this.#beforeMs) !== undefined;) {
        const page = await store.expiredAfter(beforeMs, after, AT_ONCE);
        for (const { id } of page) await this.#remove(id);
        const last = page.at(-1);
        if (!last) return;
        after = last;
      }
    } catch (error) {
      log.error({ err: error }, 'failed to delete old recordings');
    } finally {
      this.#running = false;
    }
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** The date before which everything is deleted; undefined: nothing is deleted now. */
  get #beforeMs(): number | undefined {
    const keepDays = this.#options.store.keepDays();
    return keepDays === null || this.#remainingMs !== 0
      ? undefined
      : this.#options.nowMs() - keepDays * DAY_MS;
  }

  /** @throws VigieError `unavailable` when the disk of the recordings is not there */
  async #remove(id: string): Promise<void> {
    const { library, log } = this.#options;
    // It may have been protected since.
    if (library.find(id)?.protected !== false) return;
    try {
      await library.remove(id);
    } catch (error) {
      if (error instanceof VigieError) throw error;
      log.error({ err: error, recordingId: id }, 'failed to remove a recording');
    }
  }

  async #keepRun(): Promise<void> {
    const { store, nowMs, steadyMs } = this.#options;
    await store.setSteadyRun(this.#trust.run(nowMs(), steadyMs()));
  }

  /** See DateTrust. */
  get #remainingMs(): number | null {
    const { steadyMs, clock } = this.#options;
    return this.#trust.remainingMs(steadyMs(), clock());
  }
}
