/**
 * Everything that outlives a restart: one SQLite file, its threads and its queues. The queries are the features' own
 * (server/stores.ts lists them).
 *
 * The server's thread reads a few rows at a time by a read-only connection; what takes longer is read in a thread, and every
 * write goes through one queue to another thread (work.ts says which is which). So neither a full table, a slow disk nor a
 * database that another process has locked stops a frame.
 *
 * Invariant: once a write's promise resolves it is committed, and every read that is asked from then on sees it.
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

/** What waits at the end is written for this long; the process itself is given 5 s. */
const FLUSH_MS = 2_000;

const LOST_DETAIL =
  'the server’s database is lost or damaged, so nothing can be stored; restore a backup (npm start -- --restore FILE)';

export interface StoreOptions {
  /** A module that exports `makeQueries` (thread-messages.ts), for the threads. */
  queries: URL;
  flushMs?: number;
}

export class Store {
  /** Of the database. */
  readonly path: string;
  readonly queues: Queues;
  readonly #log: Log;
  readonly #flushMs: number;
  /** Reads only. */
  readonly #database: DatabaseSync;
  readonly #reader: StoreThread<ReaderRequest, ReaderReply>;
  readonly #writer: StoreThread<WriterRequest, WriterReply>;
  readonly #reads: ReadQueue;
  readonly #writes: WriteQueue;
  #onError: (error: unknown) => void = () => undefined;
  #closed: Promise<void> | undefined;

  /**
   * Brings the schema up to date, on this thread: nothing listens yet.
   *
   * @throws VigieError `configuration` when the folder or the file in it cannot be used
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
    // Before the other is closed: the last one to go would take the log and the shared memory along.
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

  /** The caller's own connection, which reads only. */
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

  /** @param listener told of every error that the database gives */
  watchErrors(listener: (error: unknown) => void): void {
    this.#onError = listener;
  }

  /** Refuses what would not last, as long as the database is gone or damaged. */
  refuseWrites(problems: readonly HealthProblem[]): void {
    const isLost = problems.some((problem) => problem.startsWith('database'));
    this.#writes.refuse(isLost ? LOST_DETAIL : undefined);
  }

  /** Resolves when nothing waits to be written. */
  get idle(): Promise<void> {
    return this.#writes.idle;
  }

  /** Idempotent. Writes what waits, for a while; what is left then is counted and logged. */
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
    // The writer last: whoever closes last moves what was written from the log into the file, and must be able to.
    this.#database.close();
    await this.#reader.close();
    await this.#writer.close();
  }
}

function unwrap(outcome: WriteOutcome): unknown {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
