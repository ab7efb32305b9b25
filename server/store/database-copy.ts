/**
 * A copy of the database as it is at one moment, while others read and write it. A copy of the file alone would lack what is
 * still in the write-ahead log.
 *
 * Invariant: the copy is readable by this user only, complete and on the disk when this returns, or it does not exist.
 */

import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * @param database may be one that only reads
 * @param path must not exist
 * @throws Error of SQLite or the file system
 */
export function copyDatabase(database: DatabaseSync, path: string): void {
  // SQLite writes into an existing empty file, so other users can never open it.
  closeSync(openSync(path, 'wx', 0o600));
  try {
    database.prepare('VACUUM INTO ?').run(path);
    syncPath(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** Syncs a file or folder that no connection of this process has open: closing a descriptor ends its locks (fcntl(2)). */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
