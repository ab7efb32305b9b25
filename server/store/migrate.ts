/**
 * Brings a database to the schema of this version. First it copies the old state, since an older Vigie refuses the result.
 *
 * Invariants: a migration is applied completely or not at all, and never without the copy.
 */

import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import { copyDatabase } from './database-copy.ts';
import { inTransaction } from './database.ts';
import { MIGRATIONS } from './schema.ts';

/** @throws VigieError `configuration` for a newer schema, or when there is no room for the copy */
export function migrate(database: DatabaseSync, path: string): void {
  assertNotNewer(database, path);
  const version = schemaVersionOf(database);
  if (version > 0 && version < MIGRATIONS.length) keepCopy(database, path, version);
  applyMigrations(database);
}

/** Without a copy: only for a database that is itself a copy, and not newer. */
export function applyMigrations(database: DatabaseSync): void {
  const version = schemaVersionOf(database);
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    inTransaction(database, () => database.exec(`${step}; PRAGMA user_version = ${index + 1}`));
  }
}

/** @throws VigieError `configuration` */
export function assertNotNewer(database: DatabaseSync, path: string): void {
  const version = schemaVersionOf(database);
  if (version > MIGRATIONS.length) throw newerSchema(path, version);
}

/** For commands, which do not migrate. @throws VigieError `configuration` */
export function assertSchema(database: DatabaseSync, path: string): void {
  assertNotNewer(database, path);
  const version = schemaVersionOf(database);
  if (version < MIGRATIONS.length)
    throw new VigieError(
      'configuration',
      `${path} was written by an older Vigie (schema ${version}): start the server once, then try again`,
    );
}

/** @returns 0 for one that no Vigie has written to */
export function schemaVersionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** @throws VigieError `configuration` when the copy cannot be made */
function keepCopy(database: DatabaseSync, path: string, version: number): void {
  const copy = copyPath(path, version);
  const part = `${copy}.part`;
  try {
    rmSync(part, { force: true });
    copyDatabase(database, part);
    renameSync(part, copy);
  } catch (error) {
    rmSync(part, { force: true });
    const { message } = error as Error;
    throw new VigieError(
      'configuration',
      `${path} has to be brought to a new schema, and no copy of it can be made before that (${message}): make room on the disk, then start again`,
      { cause: error },
    );
  }
  // Only one copy is kept, because it contains keys and password hashes.
  for (const name of copiesOf(path))
    if (name !== basename(copy)) rmSync(join(dirname(path), name), { force: true });
}

function newerSchema(path: string, version: number): VigieError {
  const [copy] = copiesOf(path).map((name) => join(dirname(path), name));
  const wayBack =
    copy === undefined
      ? 'restore a backup of this version with `npm start -- --restore FILE`'
      : `go back to the state before the update with \`npm start -- --restore ${copy}\``;
  return new VigieError(
    'configuration',
    `${path} was written by a newer Vigie (schema ${version}, this one knows ${MIGRATIONS.length}): update Vigie, or ${wayBack}`,
  );
}

const COPY = /^vigie\.db\.before-schema-\d+$/;

function copyPath(path: string, version: number): string {
  return `${path}.before-schema-${version + 1}`;
}

function copiesOf(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => COPY.test(name));
}
