/**
 * One export, from its request until its file is gone: waiting, being written, ready, being fetched.
 *
 * Invariant: its place and its disk space are given back only when its file is deleted: a download in progress is cut off first.
 */

import { rm } from 'node:fs/promises';
import { VigieError } from '../errors.ts';
import type { ExportView } from '../wire/recording-export.ts';
import type { ExportReservation } from './export-space.ts';
import { writeExport, type ExportPlan, type RecordingFiles, type WrittenExport } from './recording-export.ts';

export interface ExportJobOptions {
  id: string;
  userId: string;
  cameraId: string;
  fromMs: number;
  toMs: number;
  plan: ExportPlan;
  path: string;
  reservation: ExportReservation;
  /** Gives its place back. */
  leave: () => void;
  nowMs: () => number;
  lifetimeMs: number;
}

type State =
  | { name: 'waiting' }
  | { name: 'preparing'; progress: number }
  | ({ name: 'ready'; sinceMs: number } & WrittenExport)
  | { name: 'failed'; error: VigieError; sinceMs: number };

export class ExportJob {
  readonly id: string;
  readonly userId: string;
  readonly cameraId: string;
  readonly #options: ExportJobOptions;
  readonly #stopped = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  /** Cuts off a download in progress. */
  readonly #readers = new Set<() => void>();
  #state: State = { name: 'waiting' };
  #work: Promise<void> = Promise.resolve();
  #isFetched = false;
  #closed: Promise<void> | undefined;

  constructor(options: ExportJobOptions) {
    ({ id: this.id, userId: this.userId, cameraId: this.cameraId } = options);
    this.#options = options;
  }

  get view(): ExportView {
    const { id, cameraId, fromMs, toMs } = this.#options;
    const state = this.#state;
    const isReady = state.name === 'ready';
    const isOnTheWay = state.name === 'waiting' || state.name === 'preparing';
    return {
      id,
      cameraId,
      fromMs,
      toMs,
      state: isOnTheWay ? 'preparing' : this.#readers.size > 0 ? 'sending' : state.name,
      progress: state.name === 'preparing' ? state.progress : Number(isReady),
      bytes: isReady ? state.bytes : null,
      expiresInMs: isOnTheWay ? null : Math.max(0, Math.ceil(this.#leftMs(state.sinceMs))),
      problem: problemOf(state),
    };
  }

  /** It was fetched or has expired, and no download is in progress. */
  get isOver(): boolean {
    if (!('sinceMs' in this.#state) || this.#readers.size > 0) return false;
    return this.#isFetched || this.#leftMs(this.#state.sinceMs) <= 0;
  }

  /** All of it was sent and received. */
  get isFetched(): boolean {
    return this.#isFetched;
  }

  get isWaiting(): boolean {
    return this.#state.name === 'waiting';
  }

  /** Its turn has come. Throws only on a bug. */
  async run(files: RecordingFiles): Promise<void> {
    this.#state = { name: 'preparing', progress: 0 };
    this.#work = this.#write(files);
    await this.#work;
  }

  /** @returns once it is ready @throws VigieError why it could not be made, or that it was removed */
  async whenReady(): Promise<void> {
    await this.#settled.promise;
    this.file();
  }

  /** @throws VigieError `conflict` while it is not ready, and if it has failed */
  file(): { path: string; startMs: number; endMs: number; missing: number } {
    const state = this.#state;
    if (this.#closed) throw new VigieError('notFound', 'this download was removed');
    if (state.name === 'failed') throw state.error;
    if (state.name !== 'ready')
      throw new VigieError('conflict', 'this download is still being prepared; ask again in a moment', {
        retryAfterSeconds: 1,
      });
    const { startMs, endMs, missing } = state;
    return { path: this.#options.path, startMs, endMs, missing };
  }

  /** A download begins. @param cutOff ends it @returns call it when it has ended; idempotent */
  read(cutOff: () => void): (isWhole: boolean) => void {
    const reader = (): void => cutOff();
    this.#readers.add(reader);
    return (isWhole) => {
      if (this.#readers.delete(reader)) this.#isFetched ||= isWhole;
    };
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #write(files: RecordingFiles): Promise<void> {
    const { path, plan, reservation, nowMs } = this.#options;
    try {
      const written = await writeExport(path, plan, {
        files,
        stopped: this.#stopped.signal,
        onProgress: (progress) => (this.#state = { name: 'preparing', progress }),
        wrote: (bytes) => reservation.wrote(bytes),
      });
      this.#state = { name: 'ready', ...written, sinceMs: nowMs() };
    } catch (error) {
      const isExpected = error instanceof VigieError;
      const known = isExpected
        ? error
        : new VigieError('unavailable', 'this download could not be prepared; try again', { cause: error });
      this.#state = { name: 'failed', error: known, sinceMs: nowMs() };
      await this.#giveBack();
      if (!isExpected) throw error;
    } finally {
      this.#settled.resolve();
    }
  }

  async #close(): Promise<void> {
    this.#stopped.abort();
    for (const cutOff of this.#readers) cutOff();
    await this.#work.catch(() => undefined);
    this.#settled.resolve();
    await this.#giveBack();
  }

  /** Idempotent. */
  async #giveBack(): Promise<void> {
    const { path, reservation, leave } = this.#options;
    await rm(path, { force: true });
    reservation.close();
    leave();
  }

  #leftMs(sinceMs: number): number {
    return sinceMs + this.#options.lifetimeMs - this.#options.nowMs();
  }
}

function problemOf(state: State): string | null {
  if (state.name === 'failed') return state.error.message;
  if (state.name !== 'ready' || state.missing === 0) return null;
  return 'a part is missing: recordings of that time were removed before they could be copied';
}
