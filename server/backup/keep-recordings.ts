/**
 * A restore leaves the recordings where they are. So it copies their rows from the replaced database into the restored one: the
 * list of recordings, which of them are protected, and the names of the cameras that the backup does not have.
 *
 * Invariant: a recording that is protected in one of the two databases is protected.
 */

import { existsSync } from 'node:fs';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { inTransaction, openReader, openWriter } from '../store/database.ts';

type Row = Record<string, SQLOutputValue>;

/** Reads any schema that has recordings, in the order in which they were begun. */
const RECORDINGS = `
  SELECT id, camera_id, start_ms, end_ms, bytes, width, height, protected, open FROM recordings ORDER BY rowid`;
const CAMERAS = 'SELECT id, name FROM cameras';
const REMOVED_CAMERAS = 'SELECT id, name FROM removed_cameras';
const PROTECT = `
  UPDATE recordings SET protected = max(protected, :isProtected) WHERE camera_id = :cameraId AND start_ms = :startMs`;
const ADD = `
  INSERT OR REPLACE INTO recordings (id, camera_id, start_ms, end_ms, bytes, width, height, protected, open)
  VALUES (:id, :camera_id, :start_ms, :end_ms, :bytes, :width, :height, :protected, :open)`;
const ADD_CAMERA = `
  INSERT OR IGNORE INTO removed_cameras (id, name, removed_at) SELECT :id, :name, :nowMs
  WHERE NOT EXISTS (SELECT 1 FROM cameras WHERE id = :id) AND EXISTS (SELECT 1 FROM recordings WHERE camera_id = :id)`;

/**
 * @param replaced the database in use so far; if it is damaged, the part that can be read is used
 * @param arriving the database that takes its place, with the schema of this version
 * @throws Error of SQLite; `arriving` is unchanged then
 */
export function keepRecordings(replaced: string, arriving: string, nowMs: number): void {
  if (!existsSync(replaced)) return;
  const [recordings = [], cameras = [], removed = []] = read(replaced, RECORDINGS, CAMERAS, REMOVED_CAMERAS);
  const database = openWriter(arriving);
  try {
    inTransaction(database, () => {
      const [protect, add, addCamera] = [PROTECT, ADD, ADD_CAMERA].map((sql) => database.prepare(sql));
      for (const row of recordings) {
        const { camera_id: cameraId = null, start_ms: startMs = null, protected: isProtected = null } = row;
        if (protect?.run({ cameraId, startMs, isProtected }).changes === 0) add?.run(row);
      }
      for (const { id = null, name = null } of [...cameras, ...removed]) addCamera?.run({ id, name, nowMs });
    });
  } finally {
    database.close();
  }
}

function read(path: string, ...queries: string[]): Row[][] {
  let database: DatabaseSync | undefined;
  try {
    const reader = (database = openReader(path));
    return queries.map((sql) => readableRows(reader, sql));
  } catch {
    // The file is damaged beyond reading, which may be why a backup is restored.
    return [];
  } finally {
    database?.close();
  }
}

/** The rows that can be read; none if an older version does not have the table. */
function readableRows(database: DatabaseSync, sql: string): Row[] {
  const rows: Row[] = [];
  try {
    for (const row of database.prepare(sql).iterate()) rows.push(row);
  } catch {
    // The rest is damaged.
  }
  return rows;
}
