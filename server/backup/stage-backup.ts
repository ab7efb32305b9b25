/**
 * Turns a backup file into the files that a restore puts in place: a database with the schema of this version, and the files
 * beside it, in a separate folder.
 *
 * Invariant: only that folder is written to, so that a file that is no backup changes nothing.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import { damageIn, FILE_NAME, isDamaged, isDiskFull, openReader } from '../store/database.ts';
import { copyDatabase } from '../store/database-copy.ts';
import { applyMigrations, assertNotNewer, schemaVersionOf } from '../store/migrate.ts';
import type { BackupContents } from '../wire/backup.ts';
import { BACKED_UP_FILES, BACKUP_FORMAT } from './backup-file.ts';
import { isSealed, openSealedFile } from './sealed-file.ts';

export interface StagedFile {
  file: string;
  /** Names the file in messages. */
  name: string;
  /** A new folder. */
  staging: string;
  /** Password of an encrypted file. */
  password: string | undefined;
}

/** @throws VigieError `configuration` when the file is no backup that this version can restore */
export async function stageBackup({ file, name, staging, password }: StagedFile): Promise<BackupContents> {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  const staged = join(staging, FILE_NAME);
  let source = file;
  if (await isSealed(file)) {
    if (password === undefined)
      throw new VigieError('configuration', `${name} is encrypted: give its password`);
    source = join(staging, 'opened');
    await openSealedFile(file, source, password, name);
  }
  try {
    copyInto(staged, source, name);
  } finally {
    if (source !== file) rmSync(source, { force: true });
  }
  return unpack(staged, staging, name);
}

function copyInto(staged: string, source: string, name: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = openReader(source);
    copyDatabase(database, staged);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw new VigieError('configuration', `${name} is not a backup of Vigie, or damaged: ${error.message}`);
  } finally {
    database?.close();
  }
}

/** Turns the staged copy into a database as the server has it, and writes its files. */
function unpack(staged: string, staging: string, name: string): BackupContents {
  const database = new DatabaseSync(staged);
  try {
    const damage = damageIn(database);
    if (damage !== undefined) throw new VigieError('configuration', `${name} is damaged: ${damage}`);
    assertNotNewer(database, name);
    const hasTable = (table: string): boolean =>
      database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !==
      undefined;
    if (!hasTable('users') || !hasTable('cameras'))
      throw new VigieError('configuration', `${name} is not a backup of Vigie`);
    let madeAtMs: number | null = null;
    if (hasTable('backup')) {
      const row = database.prepare('SELECT format, made_at AS madeAtMs FROM backup').get();
      if (row?.['format'] !== BACKUP_FORMAT)
        throw new VigieError('configuration', `${name} was written by a newer Vigie: update Vigie`);
      madeAtMs = Number(row['madeAtMs']);
      unpackFiles(database, staging);
      database.exec('DROP TABLE backup; DROP TABLE backup_files');
    }
    const countOf = (table: 'users' | 'cameras'): number =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
    const [users, cameras] = [countOf('users'), countOf('cameras')];
    if (users === 0)
      throw new VigieError('configuration', `${name} has no users: it is not a backup of Vigie`);
    // A session that ended after the backup must not become valid again.
    database.exec('DELETE FROM sessions');
    bringToSchema(database, name);
    // A key that was revoked after the backup must not become valid again either. An older backup has this table only now.
    database.exec("DELETE FROM credentials WHERE kind = 'apiKey'");
    database.exec('VACUUM');
    return { madeAtMs, cameras, users };
  } finally {
    database.close();
  }
}

/** Here and not at the next start: if it fails, nothing has been changed yet. */
function bringToSchema(database: DatabaseSync, name: string): void {
  try {
    applyMigrations(database);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    throw new VigieError(
      'configuration',
      `${name} cannot be brought to the schema of this version (it has schema ${schemaVersionOf(database)}): ${(error as Error).message}`,
      { cause: error },
    );
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
