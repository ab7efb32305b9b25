/** Passwords that the command line has reset, for the server that is running at the time. */

import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readEntries } from '../store/json-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export interface PasswordReset {
  /** Grows with each reset. */
  sequence: number;
  userId: string;
  /** The sessions and API keys that ended with it. */
  sessionIds: string[];
}

/** A running server reads it every second. */
const KEPT = 100;

const SQL = declareStatements('passwordResets', {
  add: 'INSERT INTO password_resets (user_id, session_ids, made_at) VALUES (?, ?, ?) RETURNING sequence',
  trim: 'DELETE FROM password_resets WHERE sequence <= ?',
  newest: 'SELECT sequence FROM password_resets ORDER BY sequence DESC LIMIT 1',
  after: `
    SELECT sequence, user_id AS userId, session_ids AS sessionIds FROM password_resets
    WHERE sequence > ? ORDER BY sequence`,
});

export class PasswordResetQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  add(userId: string, sessionIds: readonly string[], nowMs: number): void {
    const row = this.#statements.add.get(userId, JSON.stringify(sessionIds), nowMs);
    this.#statements.trim.run(Number(row?.['sequence']) - KEPT);
  }

  /** @returns its number; 0 when there is none */
  newest(): number {
    return Number(this.#statements.newest.get()?.['sequence'] ?? 0);
  }

  /** Those after that number, oldest first. */
  after(sequence: number): PasswordReset[] {
    return this.#statements.after.all(sequence).map((row) => ({
      sequence: Number(row['sequence']),
      userId: String(row['userId']),
      sessionIds: readEntries(z.string(), row['sessionIds']),
    }));
  }
}

export const PASSWORD_RESET_WORK = {
  add: 'action',
  newest: 'quick',
  after: 'quick',
} as const satisfies WorkOf<PasswordResetQueries>;

export type PasswordResetStore = Shared<PasswordResetQueries, typeof PASSWORD_RESET_WORK>;
