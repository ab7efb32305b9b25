/** One row per sign-in. Its refresh tokens are numbered; only the number of the newest is kept. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import { inTransaction } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** Times are ms since the Unix epoch. */
export interface StoredSession {
  id: string;
  userId: string;
  /** Number of the newest refresh token, from 0. */
  generation: number;
  /** When that token was issued. */
  rotatedAt: number;
}

/** Above this, the session unused for longest is removed. */
const MAX_SESSIONS_PER_USER = 50;
const COLUMNS = 'id, user_id AS userId, generation, rotated_at AS rotatedAt';

const SQL = declareStatements('sessions', {
  insert: `
    INSERT INTO sessions (id, user_id, generation, created_at, rotated_at)
    SELECT :id, id, 0, :nowMs, :nowMs FROM users WHERE id = :userId AND password_hash = :passwordHash`,
  find: `SELECT ${COLUMNS} FROM sessions WHERE id = ?`,
  rotate: `
    UPDATE sessions SET generation = generation + 1, rotated_at = :nowMs
    WHERE id = :id AND generation = :generation`,
  redate: 'UPDATE sessions SET rotated_at = rotated_at + :byMs WHERE rotated_at BETWEEN :fromMs AND :toMs',
  remove: 'DELETE FROM sessions WHERE id = ?',
  removeUnused: 'DELETE FROM sessions WHERE rotated_at < ? RETURNING id',
  removeSurplus: `
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE user_id = ? ORDER BY rotated_at DESC, rowid DESC LIMIT -1 OFFSET ?
    ) RETURNING id`,
});

export class SessionQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /**
   * @param passwordHash of the password that was given
   * @returns also the ids of the sessions removed to make room
   * @throws VigieError `wrongCredentials` when the user was removed or the password changed meanwhile
   */
  create(
    userId: string,
    passwordHash: string,
    nowMs: number,
  ): { session: StoredSession; removedIds: string[] } {
    return inTransaction(this.#database, () => {
      const removedIds = ids(this.#statements.removeSurplus.all(userId, MAX_SESSIONS_PER_USER - 1));
      const session = { id: randomId('ses'), userId, generation: 0, rotatedAt: nowMs };
      if (this.#statements.insert.run({ id: session.id, userId, passwordHash, nowMs }).changes !== 1)
        throw new VigieError('wrongCredentials', 'the user name or the password is wrong');
      return { session, removedIds };
    });
  }

  find(id: string): StoredSession | undefined {
    const row = this.#statements.find.get(id);
    // The tables are STRICT, so the columns have the types the schema gives them.
    return row && ({ ...row } as unknown as StoredSession);
  }

  /** @returns false when the session is gone or its newest token is of another generation */
  rotate(id: string, generation: number, nowMs: number): boolean {
    return this.#statements.rotate.run({ id, generation, nowMs }).changes === 1;
  }

  /** The clock was set: redates sessions that were refreshed between two earlier dates, by the wrong clock. */
  redate(fromMs: number, toMs: number, byMs: number): void {
    this.#statements.redate.run({ fromMs, toMs, byMs });
  }

  /** @returns false when there was none */
  remove(id: string): boolean {
    return this.#statements.remove.run(id).changes === 1;
  }

  /** @returns the ids of the removed sessions @param beforeMs sessions last refreshed before this time are removed */
  removeUnused(beforeMs: number): string[] {
    return ids(this.#statements.removeUnused.all(beforeMs));
  }
}

export const SESSION_WORK = {
  create: 'action',
  find: 'quick',
  rotate: 'action',
  redate: 'record',
  remove: 'action',
  removeUnused: 'action',
} as const satisfies WorkOf<SessionQueries>;

export type SessionStore = Shared<SessionQueries, typeof SESSION_WORK>;

function ids(rows: Record<string, SQLOutputValue>[]): string[] {
  return rows.map((row) => String(row['id']));
}
