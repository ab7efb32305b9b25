/**
 * Opens the SQLite file in the data folder: once to update its schema, then for connections that read or write.
 *
 * In WAL mode (https://sqlite.org/wal.html) readers never wait for writers, in this process or another.
 *
 * Invariant: only the server's user can read the file, which contains the cameras' keys; a migration is applied
 * completely or not at all.
 */

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { VigieError } from '../errors.ts';

export const FILE_NAME = 'vigie.db';
/** How long the writing thread waits before it reports that the database is locked. */
const WRITER_TIMEOUT_MS = 1_000;
/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** @returns the first problem in the structure of the file; undefined for an intact one */
export function damageIn(database: DatabaseSync): string | undefined {
  try {
    const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    return found === 'ok' ? undefined : String(found).replaceAll(/\s+/g, ' ');
  } catch (error) {
    if (isDamaged(error)) return error.message;
    throw error;
  }
}

/**
 * Moves changes from the write-ahead log into the file, unless a reader prevents it, so that the file alone is nearly complete.
 * Never throws: the rest is moved later.
 */
export function checkpoint(database: DatabaseSync): void {
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // A full disk, or another program's lock.
  }
}

/**
 * @param path of a database that `openDatabase` has opened before: a file that was removed since is not created again
 * @param timeoutMs how long a write waits for another process
 */
export function openWriter(path: string, timeoutMs = WRITER_TIMEOUT_MS): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('mode', 'rw');
  return openConnection(url, timeoutMs);
}

/** @param path as for `openWriter` */
export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  // The first statement opens the file. While a connection has it open, its write-ahead log stays.
  database.exec('PRAGMA user_version');
  return database;
}

/** Runs `work` completely or not at all; within another transaction, as a part of it. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  const isInner = database.isTransaction;
  database.exec(isInner ? 'SAVEPOINT part' : 'BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec(isInner ? 'RELEASE part' : 'COMMIT');
    return result;
  } catch (error) {
    // SQLite itself rolls back the whole transaction when the disk is full.
    if (database.isTransaction) database.exec(isInner ? 'ROLLBACK TO part; RELEASE part' : 'ROLLBACK');
    throw error;
  }
}

/** Whether another process kept it locked for longer than this connection waits. */
export function isLocked(error: unknown): boolean {
  return primaryCodeOf(error) === SQLITE_BUSY;
}

/** Whether a write failed for lack of space, in SQLite or in a file. Stored data can still be read. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && error.errcode === SQLITE_FULL) return true;
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** Whether the file is a damaged database: its structure or its header is wrong. */
export function isDamaged(error: unknown): error is Error {
  const code = primaryCodeOf(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** The low byte is the primary code. */
export function primaryCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

export function openConnection(path: string | URL, timeout: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout, enableForeignKeyConstraints: true });
  // In WAL mode a power cut can then lose the last moments, but never damages the file.
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}

/** The file, empty if it is new, readable by this user only; and its folder. @throws VigieError `configuration` */
export function makePrivateFile(dataDir: string, path: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Before SQLite opens it, so it is never readable by other users; its -wal file gets the same mode.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new VigieError(
      'configuration',
      `the data folder ${dataDir} cannot be written to (${code}): make it writable for this user, or set VIGIE_DATA_DIR`,
      { cause: error },
    );
  }
}
