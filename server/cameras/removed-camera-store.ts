/** Cameras that were removed and still have recordings, and who may look back at them: those who could before. */

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
  forgetEmpty: `DELETE FROM removed_cameras AS c WHERE NOT ${HAS_RECORDINGS}`,
});

export class RemovedCameraQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Those a user may look back at, the last removed first; none for an unknown user. */
  listOf(userId: string): RemovedCamera[] {
    return this.#statements.listOf.all({ userId }).map((row) => ({ ...row }) as unknown as RemovedCamera);
  }

  has(id: string): boolean {
    return this.#statements.exists.get(id) !== undefined;
  }

  /** One whose recordings were found; a known camera, removed or not, stays as it is. Administrators may look back at it. */
  add(id: string, name: string, nowMs: number): void {
    this.#statements.add.run({ id, name, nowMs });
  }

  /** Forgets those whose last recording is gone. */
  forgetEmpty(): void {
    this.#statements.forgetEmpty.run();
  }
}

export const REMOVED_CAMERA_WORK = {
  listOf: 'quick',
  has: 'quick',
  add: 'state',
  forgetEmpty: 'state',
} as const satisfies WorkOf<RemovedCameraQueries>;

export type RemovedCameraStore = Shared<RemovedCameraQueries, typeof REMOVED_CAMERA_WORK>;
