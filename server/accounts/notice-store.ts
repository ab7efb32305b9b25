/**
 * Notices to administrators, until one of them dismisses them for all: a migration adds a notice, or the running server
 * (audit/security-watch.ts). Each kind is there once; a newer one of a kind replaces it.
 */

import type { DatabaseSync } from 'node:sqlite';
import { NOTICE, type Notice } from '../wire/account.ts';
import type { SecurityNotice } from '../wire/security-notice.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { validate } from '../wire/validate.ts';

const SQL = declareStatements('notices', {
  list: 'SELECT name, told_at AS atMs, text FROM notices',
  tell: `
    INSERT INTO notices (name, told_at, text) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET told_at = excluded.told_at, text = excluded.text`,
  dismiss: 'DELETE FROM notices WHERE name = ?',
});

export class NoticeQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Those that this version knows. */
  list(): Notice[] {
    return this.#statements.list.all().flatMap((row) => {
      const known = validate(NOTICE, { ...row });
      return known.success ? [known.data] : [];
    });
  }

  tell(name: SecurityNotice, text: string, nowMs: number): void {
    this.#statements.tell.run(name, nowMs, text);
  }

  /** Does nothing for one that is not there. */
  dismiss(name: string): void {
    this.#statements.dismiss.run(name);
  }
}

export const NOTICE_WORK = {
  list: 'quick',
  tell: 'record',
  dismiss: 'action',
} as const satisfies WorkOf<NoticeQueries>;

export type NoticeStore = Shared<NoticeQueries, typeof NOTICE_WORK>;
