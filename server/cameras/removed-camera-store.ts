/** Removed cameras that still have recordings, and the users who may watch them: those who could before the removal. */

import type { DatabaseSync } from 'node:sqlite';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export interface RemovedCamera {
  id: string;
  name: string;
  /** ms since the Unix epoch. */
  removedAtMs: number;
  /** When its newest recording begins. */
  newestMs: number;
}

const MAY_LOOK_BACK = `EXISTS (
  SELECT 1 FROM users u WHERE u.id = :userId AND (u.role = 'administrator' OR EXISTS (
    SELECT 1 FROM removed_camera_viewers v WHERE v.user_id = u.id AND v.camera_id = c.id)))`;
const HAS_RECORDINGS = 'EXISTS (SELECT 1 FROM recordings r WHERE r.camera_id = c.id)';

const SQL = declareStatements('removedCameras', {
  listOf: `
    SELECT id, name, removed_at AS removedAtMs,
      (SELECT max(start_ms) FROM recordings r WHERE r.camera_id = c.id) AS newestMs
    FROM removed_cameras c WHERE ${HAS_RECORDINGS} AND ${MAY_LOOK_BACK}
    ORDER BY removed_at DESC`,
  add: `
    INSERT OR IGNORE INTO removed_cameras (id, name, removed_at) SELECT :id, :name, :nowMs
    WHERE NOT EXISTS (SELECT 1 FROM cameras WHERE id = :id)`,
  exists: 'SELECT 1 FROM removed_cameras WHERE id = ?',
  find: 'SELECT name FROM removed_cameras WHERE id = ?',
  forgetEmpty: `DELETE FROM removed_cameras AS c WHERE NOT ${HAS_RECORDINGS}`,
});

export class RemovedCameraQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** The cameras whose recordings a user may watch, last removed first; none for an unknown user. */
  listOf(userId: string): RemovedCamera[] {
    return this.#statements.listOf.all({ userId }).map((row) => ({ ...row }) as unknown as RemovedCamera);
  }

  has(id: string): boolean {
    return this.#statements.exists.get(id) !== undefined;
  }

  /** Also one without recordings. */
  find(id: string): { name: string } | undefined {
    const row = this.#statements.find.get(id);
    return row && { name: String(row['name']) };
  }

  /**
   * A camera whose recordings were found on the disk; a known camera, removed or not, stays as it is. Administrators may watch
   * them.
   */
  add(id: string, name: string, nowMs: number): void {
    this.#statements.add.run({ id, name, nowMs });
  }

  /** Forgets cameras whose last recording was deleted. */
  forgetEmpty(): void {
    this.#statements.forgetEmpty.run();
  }
}

export const REMOVED_CAMERA_WORK = {
  listOf: 'quick',
  has: 'quick',
  find: 'quick',
  add: 'state',
  forgetEmpty: 'state',
} as const satisfies WorkOf<RemovedCameraQueries>;

export type RemovedCameraStore = Shared<RemovedCameraQueries, typeof REMOVED_CAMERA_WORK>;
