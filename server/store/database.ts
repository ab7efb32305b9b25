/**
 * Opens the SQLite file in the data folder: once to update its schema, then for connections that read or write.
 *
 * In WAL mode (https://sqlite.org/wal.html) readers never wait for writers, in this process or another.
 *
 * Invariant: only the server's user can read the file, which contains the cameras' keys; a migration is applied
 * completely or not at all.
 */

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import { MIGRATIONS } from './schema.ts';

export const FILE_NAME = 'vigie.db';
/** How long the start waits for another process, such as a backup, to release the file. */
const START_TIMEOUT_MS = 5_000;
/** How long the writing thread waits before it reports that the database is locked. */
const WRITER_TIMEOUT_MS = 1_000;
/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Creates the file if needed, and updates the schema to this version.
 *
 * @throws VigieError `configuration` when the folder or the file in it is not usable
 */
export function openDatabase(dataDir: string): DatabaseSync {
  const path = join(dataDir, FILE_NAME);
  makePrivateFile(dataDir, path);
  let database: DatabaseSync | undefined;
  try {
    database = openConnection(path, START_TIMEOUT_MS);
    database.exec('PRAGMA journal_mode = WAL');
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof VigieError) throw error;
    const advice = 'move it away to start with an empty database, restore a backup, or set VIGIE_DATA_DIR';
    throw new VigieError('configuration', `${path}: ${(error as Error).message}; ${advice}`, {
      cause: error,
    });
  }
}

/** @param path of a database that `openDatabase` has opened before */
export function openWriter(path: string): DatabaseSync {
  return openConnection(path, WRITER_TIMEOUT_MS);
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
  // The low byte is the primary code.
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === SQLITE_BUSY
  );
}

/** Whether a write failed for lack of space, in SQLite or in a file. Stored data can still be read. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && error.errcode === SQLITE_FULL) return true;
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function openConnection(path: string, timeout: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout, enableForeignKeyConstraints: true });
  // In WAL mode a power cut can then lose the last moments, but never damages the file.
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > MIGRATIONS.length)
    throw new VigieError(
      'configuration',
      `${path} was written by a newer Vigie (schema ${version}, this one knows ${MIGRATIONS.length}): update Vigie`,
    );
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    inTransaction(database, () => database.exec(`${step}; PRAGMA user_version = ${index + 1}`));
  }
}

function makePrivateFile(dataDir: string, path: string): void {
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
