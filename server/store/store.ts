/**
 * All persistent state: one SQLite file, its threads and its queues. The queries belong to the features (listed in
 * server/stores.ts).
 *
 * The server's thread reads a few rows at a time on a read-only connection; longer reads run in a thread, and all
 * writes go through one queue to another thread (see work.ts). So a full table, a slow disk or a database locked by
 * another process delays no frame.
 *
 * Invariant: once a write's promise resolves it is committed, and every later read sees it.
 */

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import type { HealthProblem } from '../wire/health.ts';
import { FILE_NAME, openReader } from './database.ts';
import { openDatabase, unusable } from './open-database.ts';
import { ReadQueue } from './read-queue.ts';
import { SECRET_NAMES, SecretQueries } from './secret-store.ts';
import type { Queues } from './share.ts';
import { StoreThread } from './store-thread.ts';
import {
  receiveError,
  type Outcome,
  type ReaderReply,
  type ReaderRequest,
  type WriterReply,
  type WriterRequest,
} from './thread-messages.ts';
import { WriteQueue, type WriteOutcome } from './write-queue.ts';

/** At the end, waiting writes get this long; the process itself has 5 s. */
const FLUSH_MS = 2_000;

const LOST_DETAIL =
  'the server’s database is lost or damaged, so nothing can be stored; restore a backup (npm start -- --restore FILE)';

export interface StoreOptions {
  /** A module for the threads that exports `makeQueries` (thread-messages.ts). */
  queries: URL;
  flushMs?: number;
}

export class Store {
  /** Path of the database. */
  readonly path: string;
  readonly queues: Queues;
  readonly #log: Log;
  readonly #flushMs: number;
  /** Read-only. */
  readonly #database: DatabaseSync;
  readonly #reader: StoreThread<ReaderRequest, ReaderReply>;
  readonly #writer: StoreThread<WriterRequest, WriterReply>;
  readonly #reads: ReadQueue;
  readonly #writes: WriteQueue;
  #onError: (error: unknown) => void = () => undefined;
  #closed: Promise<void> | undefined;

  /**
   * Updates the schema, on this thread: nothing is listening yet.
   *
   * @throws VigieError `configuration` when the folder or the file in it is not usable
   */
  static open(dataDir: string, log: Log, options: StoreOptions): Store {
    const database = openDatabase(dataDir);
    const secrets = new SecretQueries(database);
    try {
      for (const name of SECRET_NAMES) secrets.make(name);
    } catch (error) {
      database.close();
      throw unusable(error, dataDir);
    }
    // Opened before the other is closed: closing the last connection would remove the log and the shared memory.
    const reader = openReader(join(dataDir, FILE_NAME));
    database.close();
    return new Store(reader, join(dataDir, FILE_NAME), log.child({ component: 'store' }), options);
  }

  private constructor(database: DatabaseSync, path: string, log: Log, options: StoreOptions) {
    const { queries, flushMs = FLUSH_MS } = options;
    this.path = path;
    this.#database = database;
    this.#log = log;
    this.#flushMs = flushMs;
    const data = { path, queries: queries.href };
    const thread = (file: string) => ({ url: new URL(file, import.meta.url), data, log });
    this.#reader = new StoreThread(thread('./reader-worker.ts'));
    this.#writer = new StoreThread(thread('./writer-worker.ts'));
    const noticed = (outcome: Outcome): WriteOutcome => {
      if (!('error' in outcome)) return outcome;
      const error = receiveError(outcome.error);
      this.#onError(error);
      return { error };
    };
    this.#reads = new ReadQueue(async (call) => unwrap(noticed((await this.#reader.ask({ call })).outcome)));
    this.#writes = new WriteQueue({
      writer: {
        write: async (calls) => {
          const { outcomes } = await this.#writer.ask({ calls });
          return outcomes === 'locked' ? outcomes : outcomes.map(noticed);
        },
      },
      onLost: ({ store, method }, error) => log.error({ err: error, store, method }, 'write lost'),
    });
    const onError = (error: unknown): void => this.#onError(error);
    this.queues = { reads: this.#reads, writes: this.#writes, onError };
  }

  /** The caller's own read-only connection. */
  get database(): DatabaseSync {
    return this.#database;
  }

  /** For the status route. */
  get figures() {
    return {
      writes: { ...this.#writes.figures, restarts: this.#writer.restarts },
      reads: { ...this.#reads.figures, restarts: this.#reader.restarts },
    };
  }

  /** @param listener called with every error of the database */
  watchErrors(listener: (error: unknown) => void): void {
    this.#onError = listener;
  }

  /** Refuses writes that would be lost, while the database is missing or damaged. */
  refuseWrites(problems: readonly HealthProblem[]): void {
    const isLost = problems.some((problem) => problem.startsWith('database'));
    this.#writes.refuse(isLost ? LOST_DETAIL : undefined);
  }

  /** Resolves when nothing waits to be written. */
  get idle(): Promise<void> {
    return this.#writes.idle;
  }

  /** Idempotent. Writes waiting changes for a limited time; the rest is counted and logged. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#reads.close();
    const stop = new AbortController();
    const pause = setTimeout(this.#flushMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([this.#writes.idle, pause]);
    stop.abort();
    const lost = this.#writes.abandon();
    if (lost > 0) this.#log.error({ lost }, 'writes lost at shutdown');
    // The writer last: the last connection to close moves the log into the file, and needs write access.
    this.#database.close();
    await this.#reader.close();
    await this.#writer.close();
  }
}

function unwrap(outcome: WriteOutcome): unknown {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
