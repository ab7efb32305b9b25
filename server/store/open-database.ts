/**
 * Opens the database at the start, once: checked, and brought to the schema of this version.
 *
 * Invariant: a damaged database is never read or written as if it were intact; each way in which the file cannot be used ends
 * with the remedy.
 */

import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import {
  checkpoint,
  damageIn,
  FILE_NAME,
  isDamaged,
  isDiskFull,
  isLocked,
  makePrivateFile,
  openConnection,
  primaryCodeOf,
} from './database.ts';
import { migrate } from './migrate.ts';

/** How long the start waits for another process, such as a backup, to release the file. */
const START_TIMEOUT_MS = 5_000;
/** https://sqlite.org/rescode.html */
const SQLITE_IOERR = 10;
/** With less free space than this, the full disk explains an error of SQLite. */
const FULL_DISK_BYTES = 1024 * 1024;
const RESTORE_ADVICE =
  'restore a backup with `npm start -- --restore FILE`, or start with a new database by `npm start -- --new-database`, which keeps the recordings';

/**
 * Creates it if it does not exist yet, with the schema of this version.
 *
 * @throws VigieError `configuration` when the folder or the file in it cannot be used
 */
export function openDatabase(dataDir: string): DatabaseSync {
  const path = join(dataDir, FILE_NAME);
  makePrivateFile(dataDir, path);
  let database: DatabaseSync | undefined;
  try {
    database = openConnection(path, START_TIMEOUT_MS);
    database.exec('PRAGMA journal_mode = WAL');
    const damage = damageIn(database);
    if (damage !== undefined)
      throw new VigieError('configuration', `${path} is damaged (${damage}); ${RESTORE_ADVICE}`);
    migrate(database, path);
    checkpoint(database);
    return database;
  } catch (error) {
    database?.close();
    throw unusable(error, dataDir);
  }
}

/** The error thrown at the start for an error of the database; it says what to do. */
export function unusable(error: unknown, dataDir: string): VigieError {
  if (error instanceof VigieError) return error;
  const { message } = error as Error;
  const detail = `${join(dataDir, FILE_NAME)}: ${message}; ${adviceFor(error, dataDir)}`;
  return new VigieError('configuration', detail, { cause: error });
}

function adviceFor(error: unknown, dataDir: string): string {
  if (isDamaged(error)) return `it is damaged; ${RESTORE_ADVICE}`;
  if (isLocked(error)) return 'another program keeps it locked: end that one, then start again';
  if (isDiskFull(error) || (primaryCodeOf(error) === SQLITE_IOERR && freeBytesOf(dataDir) < FULL_DISK_BYTES))
    return `the disk that holds ${dataDir} is full: make room on it, then start again`;
  return 'make it usable for this user, restore a backup with `npm start -- --restore FILE`, or set VIGIE_DATA_DIR';
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
