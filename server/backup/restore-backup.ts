/**
 * Puts a backup in the place of what is in the data folder. No server may run on the folder meanwhile.
 *
 * Invariants: nothing is touched before the whole backup was read, checked and agreed to; nothing is removed, what was there is
 * moved aside; recordings stay, and the next start indexes them.
 */

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { damageIn, FILE_NAME, isDamaged, openReader } from '../store/database.ts';
import { copyDatabase, syncPath } from '../store/database-copy.ts';
import { DataLock } from '../store/data-lock.ts';
import { DATABASE_FILES, RESTORING_FOLDER, setAside } from '../store/first-start.ts';
import { assertNotNewer } from '../store/migrate.ts';
import { BACKED_UP_FILES, BACKUP_FORMAT } from './backup-file.ts';
import { isSealed, openSealedFile } from './sealed-file.ts';

export interface RestoreOptions {
  dataDir: string;
  file: string;
  /** Asked when the backup is encrypted. */
  askPassword: () => Promise<string | undefined>;
  confirm: (question: string) => Promise<boolean>;
  nowMs?: number;
}

export interface Restored {
  /** ms since the Unix epoch; undefined for a copy of a database that is no backup. */
  madeAtMs: number | undefined;
  cameras: number;
  users: number;
  /** The folder that what was there is in; undefined when nothing was there. */
  replaced: string | undefined;
}

/**
 * @throws VigieError `configuration` when the file is no backup that this version can restore, a server runs, or the answer was
 *   no; nothing is changed then
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { dataDir, file, confirm, nowMs } = options;
  if (!existsSync(file)) throw new VigieError('configuration', `there is no file ${file}`);
  const lock = DataLock.take(dataDir);
  const staging = join(dataDir, RESTORING_FOLDER);
  try {
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { mode: 0o700 });
    const staged = join(staging, FILE_NAME);
    await stage(options, staging, staged);
    const found = unpack(staged, staging, file);
    const madeAt = found.madeAtMs === undefined ? 'an unknown time' : new Date(found.madeAtMs).toISOString();
    const question = `Replace what is in ${dataDir} by the backup of ${madeAt}, with ${found.cameras} cameras and ${found.users} users? What is there is moved aside; recordings stay.`;
    if (!(await confirm(question))) throw new VigieError('configuration', 'nothing was changed');
    return { ...found, replaced: putInPlace(dataDir, staging, nowMs) };
  } finally {
    rmSync(staging, { recursive: true, force: true });
    lock.close();
  }
}

/** @throws VigieError `configuration` */
async function stage({ file, askPassword }: RestoreOptions, staging: string, staged: string): Promise<void> {
  let source = file;
  if (await isSealed(file)) {
    const password = await askPassword();
    if (password === undefined)
      throw new VigieError('configuration', `${file} is encrypted: set VIGIE_BACKUP_PASSWORD`);
    source = join(staging, 'opened');
    await openSealedFile(file, source, password);
  }
  let database: DatabaseSync | undefined;
  try {
    database = openReader(source);
    copyDatabase(database, staged);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw new VigieError('configuration', `${file} is no backup of Vigie, or damaged: ${error.message}`);
  } finally {
    database?.close();
    if (source !== file) rmSync(source, { force: true });
  }
}

/** Makes of the staged copy a database as the server has it, and of its files files. */
function unpack(staged: string, staging: string, file: string): Omit<Restored, 'replaced'> {
  const database = new DatabaseSync(staged);
  try {
    const damage = damageIn(database);
    if (damage !== undefined) throw new VigieError('configuration', `${file} is damaged: ${damage}`);
    assertNotNewer(database, file);
    const hasTable = (name: string): boolean =>
      database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !==
      undefined;
    if (!hasTable('users') || !hasTable('cameras'))
      throw new VigieError('configuration', `${file} is no backup of Vigie`);
    let madeAtMs: number | undefined;
    if (hasTable('backup')) {
      const row = database.prepare('SELECT format, made_at AS madeAtMs FROM backup').get();
      if (row?.['format'] !== BACKUP_FORMAT)
        throw new VigieError('configuration', `${file} was written by a newer Vigie: update Vigie`);
      madeAtMs = Number(row['madeAtMs']);
      unpackFiles(database, staging);
      database.exec('DROP TABLE backup; DROP TABLE backup_files');
    }
    const countOf = (table: 'users' | 'cameras'): number =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
    const [users, cameras] = [countOf('users'), countOf('cameras')];
    if (users === 0) throw new VigieError('configuration', `${file} has no users: it is no backup of Vigie`);
    // A sign-in that ended after the backup must not be good again.
    database.exec('DELETE FROM sessions; VACUUM');
    return { madeAtMs, cameras, users };
  } finally {
    database.close();
  }
}

function unpackFiles(database: DatabaseSync, staging: string): void {
  for (const { path, bytes } of database.prepare('SELECT path, bytes FROM backup_files').iterate()) {
    // The maker of the file may have written anything there.
    if (typeof path !== 'string' || !BACKED_UP_FILES.test(path) || !(bytes instanceof Uint8Array)) continue;
    const target = join(staging, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    writeFileSync(target, bytes, { mode: 0o600, flush: true });
  }
}

/** @returns the folder of what was there */
function putInPlace(dataDir: string, staging: string, nowMs = wallMs()): string | undefined {
  const arriving = ['tls', 'firmware'].filter((name) => existsSync(join(staging, name)));
  const leaving = [...DATABASE_FILES, ...arriving].filter((name) => existsSync(join(dataDir, name)));
  const replaced = leaving.length > 0 ? setAside(dataDir, leaving, nowMs) : undefined;
  for (const name of arriving) renameSync(join(staging, name), join(dataDir, name));
  // Last: a restore that is cut off leaves no database, and the next start says so.
  const database = join(staging, FILE_NAME);
  chmodSync(database, 0o600);
  syncPath(database);
  renameSync(database, join(dataDir, FILE_NAME));
  syncPath(dataDir);
  return replaced;
}
