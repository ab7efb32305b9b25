/**
 * Replaces the content of the data folder by a backup. No server may run on the folder meanwhile.
 *
 * Invariants: nothing is changed before the whole backup was read, checked and confirmed; nothing is removed, the former files
 * are moved aside; recordings stay, protected ones protected (keep-recordings.ts).
 */

import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { FILE_NAME } from '../store/database.ts';
import { syncPath } from '../store/database-copy.ts';
import { DataLock } from '../store/data-lock.ts';
import { DATABASE_FILES, RESTORING_FOLDER, setAside } from '../store/first-start.ts';
import type { BackupContents } from '../wire/backup.ts';
import { keepRecordings } from './keep-recordings.ts';
import { isSealed } from './sealed-file.ts';
import { stageBackup } from './stage-backup.ts';

export interface RestoreOptions {
  dataDir: string;
  file: string;
  /** Asked when the backup is encrypted. */
  askPassword: () => Promise<string | undefined>;
  confirm: (question: string) => Promise<boolean>;
  nowMs?: number;
}

export interface Restored extends BackupContents {
  /** The folder with the former files; undefined if there were none. */
  replaced: string | undefined;
}

/**
 * @throws VigieError `configuration` when the file is no backup that this version can restore, a server runs, or the user
 * declined; nothing is changed then
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { dataDir, file, askPassword, confirm, nowMs } = options;
  if (!existsSync(file)) throw new VigieError('configuration', `there is no file ${file}`);
  const lock = DataLock.take(dataDir);
  const staging = join(dataDir, RESTORING_FOLDER);
  try {
    const isEncrypted = await isSealed(file);
    const password = isEncrypted ? await askPassword() : undefined;
    if (isEncrypted && password === undefined)
      throw new VigieError('configuration', `${file} is encrypted: set VIGIE_BACKUP_PASSWORD`);
    const contents = await stageBackup({ file, name: file, staging, password });
    const { madeAtMs, cameras, users } = contents;
    const madeAt = madeAtMs === null ? 'an unknown time' : new Date(madeAtMs).toISOString();
    const question = `Replace what is in ${dataDir} by the backup of ${madeAt}, with ${cameras} cameras and ${users} users? What is there is moved aside; recordings stay.`;
    if (!(await confirm(question))) throw new VigieError('configuration', 'nothing was changed');
    return { ...contents, replaced: putInPlace(dataDir, staging, nowMs) };
  } finally {
    rmSync(staging, { recursive: true, force: true });
    lock.close();
  }
}

/** @param staging the result of stageBackup @returns the folder with the former files */
export function putInPlace(dataDir: string, staging: string, nowMs = wallMs()): string | undefined {
  keepRecordings(join(dataDir, FILE_NAME), join(staging, FILE_NAME), nowMs);
  const arriving = ['tls', 'firmware'].filter((name) => existsSync(join(staging, name)));
  const leaving = [...DATABASE_FILES, ...arriving].filter((name) => existsSync(join(dataDir, name)));
  const replaced = leaving.length > 0 ? setAside(dataDir, leaving, nowMs) : undefined;
  for (const name of arriving) renameSync(join(staging, name), join(dataDir, name));
  // Last: an interrupted restore leaves no database, and the next start says so.
  const database = join(staging, FILE_NAME);
  chmodSync(database, 0o600);
  syncPath(database);
  renameSync(database, join(dataDir, FILE_NAME));
  syncPath(dataDir);
  return replaced;
}
