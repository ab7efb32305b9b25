/**
 * Deletes recordings and pictures of events that are older than the owner lets them become. Protected recordings stay.
 *
 * Invariant: nothing is deleted by a clock that may be wrong: one that is before this release or not synchronized, or that was
 * set within the last day, or that has not been running here for a day unless the system says that it is synchronized and the
 * date goes on, at most a day later, from the last one that was trusted. A start with a date far in the future would delete
 * everything otherwise. One recording that cannot be removed keeps no other.
 */

import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ReadFor } from '../store/work.ts';
import type { Expired } from '../wire/recording.ts';
import type { RetentionStore } from './retention-store.ts';

export interface RetentionOptions {
  store: RetentionStore;
  library: { remove(id: string): Promise<void>; find(id: string): { protected: boolean } | undefined };
  /** The date now, ms since the Unix epoch. */
  nowMs: () => number;
  /** The monotonic clock, ms. */
  steadyMs: () => number;
  /** The clock as the site knows it. */
  clock: () => { hasProblem: boolean; isSynchronized: boolean };
  log: Log;
}

const DAY_MS = 24 * 3_600_000;
const INTERVAL_MS = 600_000;
const AT_ONCE = 200;

export class Retention {
  readonly #options: RetentionOptions;
  readonly #timer: NodeJS.Timeout;
  /** Since when the clock has gone on without a step. */
  #steadySinceMs: number;
  #wasSet = false;
  /** The date at the start is more than a day after the last one that was trusted: the server was off, or the date is wrong. */
  readonly #hasLeapt: boolean;
  #running = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#steadySinceMs = options.steadyMs();
    const nowMs = options.nowMs();
    this.#hasLeapt = nowMs - (options.store.trustedMs() ?? nowMs) > DAY_MS;
    this.#timer = setInterval(() => void this.run(), INTERVAL_MS);
  }

  get keepDays(): number | null {
    return this.#options.store.keepDays();
  }

  /** In force at once. */
  async setKeepDays(days: number | null): Promise<void> {
    await this.#options.store.setKeepDays(days);
    void this.run();
  }

  /** Amount that is older than this many days. */
  expired(days: number, who: ReadFor): Promise<Expired> {
    return this.#options.store.expired(this.#options.nowMs() - days * DAY_MS, who);
  }

  onClockStepped(): void {
    this.#steadySinceMs = this.#options.steadyMs();
    this.#wasSet = true;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { store, nowMs, log } = this.#options;
    if (this.#running) return;
    this.#running = true;
    try {
      if (this.#isTrusted) await store.setTrustedMs(nowMs());
      for (let beforeMs; (beforeMs = this.#beforeMs) !== undefined;)
        if ((await store.removePictures(beforeMs, AT_ONCE)) === 0) break;
      // What cannot be removed stays in the list, and the next after it goes on.
      let after = { endMs: -1, bytes: 0, sequence: 0 };
      for (let beforeMs; (beforeMs = this.#beforeMs) !== undefined;) {
        const page = await store.expiredAfter(beforeMs, after, AT_ONCE);
        for (const { id } of page) await this.#remove(id);
        const last = page.at(-1);
        if (!last) return;
        after = last;
      }
    } catch (error) {
      log.error({ err: error }, 'failed to delete what is too old');
    } finally {
      this.#running = false;
    }
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** The date before which everything goes; undefined: nothing goes now. */
  get #beforeMs(): number | undefined {
    const { keepDays } = this;
    return keepDays === null || !this.#isTrusted ? undefined : this.#options.nowMs() - keepDays * DAY_MS;
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

  get #isTrusted(): boolean {
    const { steadyMs, clock } = this.#options;
    const { hasProblem, isSynchronized } = clock();
    if (hasProblem) return false;
    if (isSynchronized && !this.#wasSet && !this.#hasLeapt) return true;
    return steadyMs() - this.#steadySinceMs >= DAY_MS;
  }
}
