/**
 * Notices to administrators, until one of them dismisses them for all: a migration adds them, or the running server
 * (audit/security-watch.ts). There is at most one of each kind; a newer one replaces it.
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

  /** Does nothing if there is no such notice. */
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
