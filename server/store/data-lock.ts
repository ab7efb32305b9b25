/**
 * One server for each data folder. The lock is a write transaction on a small SQLite file of its own, `vigie.lock`.
 *
 * The kernel keeps such a lock (fcntl on Unix) and releases it with the process, however that ends, so nothing has to be removed
 * after `kill -9`. Node has no flock; the names of a socket or of a pid file would outlive the process. Commands that only read
 * the folder or change rows (`--backup`, `--reset-password`) do not take the lock: SQLite's own locks are enough.
 *
 * Invariants: of all processes that reach the folder's file system, at most one holds it; a second one learns the holder. Nothing
 * in this process may open the file by node:fs: closing any descriptor of it would end the lock (fcntl(2)).
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { isDiskFull, isLocked, makePrivateFile } from './database.ts';

export const LOCK_FILE_NAME = 'vigie.lock';
/** A server that is stopping releases it last. */
const PATIENCE_MS = 1_000;
/** Attempts to take the lock, each after another process came between two steps. */
const MAX_ATTEMPTS = 10;

interface Holder {
  token: string;
  pid: number;
  host: string;
  sinceMs: number;
}

export class DataLock {
  readonly #database: DatabaseSync;

  /** @throws VigieError `configuration` when another process holds it, or the folder cannot be used */
  static take(dataDir: string): DataLock {
    const path = join(dataDir, LOCK_FILE_NAME);
    if (!existsSync(path)) makePrivateFile(dataDir, path);
    const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
    try {
      lock(database);
      return new DataLock(database);
    } catch (error) {
      const detail = isLocked(error) ? heldText(dataDir, database) : unusableText(path, error);
      database.close();
      throw new VigieError('configuration', detail, { cause: error });
    }
  }

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Idempotent. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/**
 * On return the transaction is open. Others read the holder, so it must be committed first; a process that gets the lock between
 * the commit and the next begin finds another holder, and writes itself.
 */
function lock(database: DatabaseSync): void {
  const own: Holder = { token: randomUUID(), pid: process.pid, host: hostname(), sinceMs: wallMs() };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    database.exec('BEGIN IMMEDIATE');
    if (holderIn(database)?.token === own.token) return;
    try {
      database.exec(
        'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), token, pid, host, since_ms)',
      );
      database
        .prepare('INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?, ?)')
        .run(own.token, own.pid, own.host, own.sinceMs);
      database.exec('COMMIT');
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // The lock is held nevertheless: taking it writes nothing.
      if (!database.isTransaction) database.exec('BEGIN IMMEDIATE');
      return;
    }
  }
  throw new Error('other processes keep taking it');
}

/** @returns undefined when nobody ever held it, or its file cannot be read */
function holderIn(database: DatabaseSync): Holder | undefined {
  try {
    const row = database.prepare('SELECT token, pid, host, since_ms AS sinceMs FROM holder').get();
    return row && ({ ...row } as unknown as Holder);
  } catch {
    return undefined;
  }
}

function heldText(dataDir: string, database: DatabaseSync): string {
  const holder = holderIn(database);
  const who = holder
    ? ` (process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()})`
    : '';
  return `the data folder ${dataDir} is in use by another Vigie${who}: stop that one, or set VIGIE_DATA_DIR to another folder`;
}

function unusableText(path: string, error: unknown): string {
  const { message } = error as Error;
  return `${path}: ${message}; if no other Vigie runs on this folder, remove the file and start again`;
}
