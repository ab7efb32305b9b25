/**
 * Opens the SQLite file in the data folder and brings its schema up to date.
 *
 * Invariant: the file is readable by nobody but the server's user, since it holds the cameras' keys; a migration happens
 * whole or not at all.
 */

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import { MIGRATIONS } from './schema.ts';

const FILE_NAME = 'vigie.db';
/** How long a statement waits for another process, say a backup, to let go of the file. */
const BUSY_TIMEOUT_MS = 5_000;
/** https://sqlite.org/rescode.html */
const SQLITE_FULL = 13;

/** @throws VigieError `configuration` when the folder or the file in it cannot be used */
export function openDatabase(dataDir: string): DatabaseSync {
  const path = join(dataDir, FILE_NAME);
  makePrivateFile(dataDir, path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    // WAL with synchronous=NORMAL: a power cut can lose the last moments, but never damages the file.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof VigieError) throw error;
    const advice = 'move it away to start anew, restore a backup, or set VIGIE_DATA_DIR';
    throw new VigieError('configuration', `${path}: ${(error as Error).message}; ${advice}`, {
      cause: error,
    });
  }
}

/** Runs `work` whole or not at all. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite itself rolls back when the disk is full.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether something could not be written for want of room, by SQLite or into a file. What is stored already can still be read. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && error.errcode === SQLITE_FULL) return true;
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
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
    // Before SQLite opens it, so that there is no moment in which others can read it; its -wal file takes the same mode.
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
