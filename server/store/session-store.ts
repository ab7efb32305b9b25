/** One row per sign-in. Its refresh tokens are numbered; only the number of the newest is kept. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { inTransaction, isDiskFull } from './database.ts';
import { randomId } from './random-id.ts';
import { declareStatements, prepareStatements } from './statements.ts';

/** Times are ms since the Unix epoch. */
export interface StoredSession {
  id: string;
  userId: string;
  /** Of the newest refresh token, from 0. */
  generation: number;
  /** When that token was made. */
  rotatedAt: number;
}

/** The one unused for longest gives way. */
const MAX_SESSIONS_PER_USER = 50;
const COLUMNS = 'id, user_id AS userId, generation, rotated_at AS rotatedAt';

const SQL = declareStatements('sessions', {
  insert: 'INSERT INTO sessions (id, user_id, generation, created_at, rotated_at) VALUES (?, ?, 0, ?, ?)',
  find: `SELECT ${COLUMNS} FROM sessions WHERE id = ?`,
  rotate: 'UPDATE sessions SET generation = generation + 1, rotated_at = ? WHERE id = ?',
  remove: 'DELETE FROM sessions WHERE id = ?',
  removeOfUser: 'DELETE FROM sessions WHERE user_id = ? AND id IS NOT ? RETURNING id',
  removeUnused: 'DELETE FROM sessions WHERE rotated_at < ? RETURNING id',
  removeSurplus: `
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE user_id = ? ORDER BY rotated_at DESC, rowid DESC LIMIT -1 OFFSET ?
    ) RETURNING id`,
});

export class SessionStore {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /** @returns also the ids of the sessions that gave way */
  create(userId: string, nowMs: number): { session: StoredSession; removedIds: string[] } {
    return inTransaction(this.#database, () => {
      const removedIds = ids(this.#statements.removeSurplus.all(userId, MAX_SESSIONS_PER_USER - 1));
      const session = { id: randomId('ses'), userId, generation: 0, rotatedAt: nowMs };
      this.#statements.insert.run(session.id, userId, nowMs, nowMs);
      return { session, removedIds };
    });
  }

  find(id: string): StoredSession | undefined {
    const row = this.#statements.find.get(id);
    // The tables are STRICT, so the columns have the types the schema gives them.
    return row && ({ ...row } as unknown as StoredSession);
  }

  /** @returns false when the disk is full; the session then stays as it was */
  rotate(id: string, nowMs: number): boolean {
    try {
      this.#statements.rotate.run(nowMs, id);
      return true;
    } catch (error) {
      if (isDiskFull(error)) return false;
      throw error;
    }
  }

  /** @returns false when there was none */
  remove(id: string): boolean {
    return this.#statements.remove.run(id).changes === 1;
  }

  /** @returns the ids of those removed */
  removeOfUser(userId: string, exceptId: string | null = null): string[] {
    return ids(this.#statements.removeOfUser.all(userId, exceptId));
  }

  /** @param beforeMs those last refreshed before go */
  removeUnused(beforeMs: number): string[] {
    return ids(this.#statements.removeUnused.all(beforeMs));
  }
}

function ids(rows: Record<string, SQLOutputValue>[]): string[] {
  return rows.map((row) => String(row['id']));
}
