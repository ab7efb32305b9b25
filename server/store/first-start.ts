/**
 * Decides at the start whether a database may be created. A folder with recordings but without a database is not a new
 * installation: its database was lost, or is elsewhere, and silently creating one would hide that.
 *
 * Invariant: nothing is removed. A damaged database is moved aside before another replaces it.
 */

import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { damageIn, FILE_NAME, isDamaged, openReader } from './database.ts';

export const RESTORING_FOLDER = 'restoring';
/** The database, its write-ahead log, and the index of that. */
export const DATABASE_FILES = [FILE_NAME, `${FILE_NAME}-wal`, `${FILE_NAME}-shm`];

export interface FirstStartOptions {
  dataDir: string;
  /** `--new-database` */
  newDatabase: boolean;
  /** Whether there are recordings in the folder. */
  hasRecordings: boolean;
  /** Asked before a damaged database is moved aside. */
  confirm: (question: string) => Promise<boolean>;
  log: Log;
}

/**
 * @returns whether the database that is opened next is a new one for existing recordings
 * @throws VigieError `configuration` when there is none and none may be created
 */
export async function admitDatabase(options: FirstStartOptions): Promise<boolean> {
  const { dataDir, newDatabase, hasRecordings, confirm, log } = options;
  const state = databaseState(dataDir, newDatabase);
  if (state === 'used') {
    if (newDatabase) log.warn({ dataDir }, '--new-database ignored: there is a database');
    return false;
  }
  if (state === 'damaged') {
    // Opening it reports the problem.
    if (!newDatabase) return false;
    if (!(await confirm(`The database in ${dataDir} is damaged. Move it aside and begin with a new one?`)))
      throw new VigieError('configuration', 'nothing was changed');
    log.warn({ folder: setAside(dataDir, DATABASE_FILES) }, 'damaged database moved aside');
    return true;
  }
  if (existsSync(join(dataDir, RESTORING_FOLDER)) && !newDatabase)
    throw new VigieError(
      'configuration',
      `a restore into ${dataDir} was interrupted: run \`npm start -- --restore FILE\` again, or start with a new database by \`npm start -- --new-database\``,
    );
  if (hasRecordings && !newDatabase)
    throw new VigieError(
      'configuration',
      `${dataDir} has recordings and no database (${FILE_NAME} is missing or empty; a copy of it alone lacks what was in ${FILE_NAME}-wal): put the database back, restore a backup with \`npm start -- --restore FILE\`, or start with a new database by \`npm start -- --new-database\`, which takes in the recordings`,
    );
  return hasRecordings;
}

/** @returns the folder that they were moved to, beside the former one */
export function setAside(dataDir: string, names: readonly string[], nowMs = wallMs()): string {
  const folder = join(dataDir, `replaced-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of names)
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(folder, name));
  return folder;
}

/** @param checked also check for damage, which reads all of it */
function databaseState(dataDir: string, checked: boolean): 'none' | 'used' | 'damaged' {
  const path = join(dataDir, FILE_NAME);
  if (!statSync(path, { throwIfNoEntry: false })?.size) return 'none';
  let database: DatabaseSync | undefined;
  try {
    database = openReader(path);
    if (checked && damageIn(database) !== undefined) return 'damaged';
    return isUsed(database) ? 'used' : 'none';
  } catch (error) {
    if (isDamaged(error)) return 'damaged';
    // The actual opening reports any other problem.
    return 'used';
  } finally {
    database?.close();
  }
}

/** The administrator is created at the first start, before anything else. */
function isUsed(database: DatabaseSync): boolean {
  const tables = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'users'").get();
  return tables !== undefined && database.prepare('SELECT 1 FROM users LIMIT 1').get() !== undefined;
}
