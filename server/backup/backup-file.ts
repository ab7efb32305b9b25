/**
 * A backup: everything in the data folder except recordings, in one file. It is a copy of Vigie's SQLite database, with the files
 * beside it (certificates, firmware images) in an additional table; encrypted if a password is given (sealed-file.ts). So no
 * archive format is needed, and any SQLite can open a backup without a password.
 *
 * Invariant: only this user can read the file; it is complete, or does not exist.
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { FILE_NAME, openReader } from '../store/database.ts';
import { copyDatabase, syncPath } from '../store/database-copy.ts';
import { sealFile } from './sealed-file.ts';

export interface BackupOptions {
  dataDir: string;
  /** Must not exist. */
  file: string;
  /** Undefined: not encrypted. */
  password: string | undefined;
  nowMs?: number;
}

/** Files beside the database, by folder and name. Other names are left out of a backup, and refused at a restore. */
export const BACKED_UP_FILES = /^(?:tls\/[\w-]{1,32}\.(?:crt|key)|firmware\/[\da-f]{64}\.bin)$/;
const FOLDERS = ['tls', 'firmware'];
export const BACKUP_FORMAT = 1;

/**
 * @throws VigieError `configuration` when there is nothing to back up, or the file exists; also errors of SQLite and the disk
 */
export async function writeBackup({
  dataDir,
  file,
  password,
  nowMs = wallMs(),
}: BackupOptions): Promise<void> {
  const database = join(dataDir, FILE_NAME);
  if (!existsSync(database))
    throw new VigieError('configuration', `there is no database in ${dataDir}: set VIGIE_DATA_DIR`);
  if (existsSync(file)) throw new VigieError('configuration', `${file} already exists: choose another name`);
  if (!existsSync(dirname(file)))
    throw new VigieError('configuration', `there is no folder ${dirname(file)}: create it first`);
  const folder = mkdtempSync(join(dirname(file), `.${basename(file)}-`));
  try {
    const copy = join(folder, 'copy');
    copyFrom(database, copy);
    addFiles(dataDir, copy, nowMs);
    const sealed = join(folder, 'sealed');
    if (password !== undefined) await sealFile(copy, sealed, password);
    const whole = password === undefined ? copy : sealed;
    syncPath(whole);
    renameSync(whole, file);
    syncPath(dirname(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyFrom(path: string, copy: string): void {
  const source = openReader(path);
  try {
    copyDatabase(source, copy);
  } finally {
    source.close();
  }
}

function addFiles(dataDir: string, copy: string, nowMs: number): void {
  const database = new DatabaseSync(copy);
  try {
    database.exec(`
      CREATE TABLE backup (format INTEGER NOT NULL, made_at INTEGER NOT NULL) STRICT;
      CREATE TABLE backup_files (path TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;`);
    database.prepare('INSERT INTO backup VALUES (?, ?)').run(BACKUP_FORMAT, nowMs);
    const add = database.prepare('INSERT INTO backup_files VALUES (?, ?)');
    for (const path of filesIn(dataDir)) add.run(path, readFileSync(join(dataDir, path)));
  } finally {
    database.close();
  }
}

function filesIn(dataDir: string): string[] {
  return FOLDERS.filter((folder) => existsSync(join(dataDir, folder))).flatMap((folder) =>
    readdirSync(join(dataDir, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => BACKED_UP_FILES.test(path)),
  );
}
