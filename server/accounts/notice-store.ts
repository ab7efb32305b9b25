/** What administrators are told once; a migration adds a notice, and an administrator dismisses it for all. */

import type { DatabaseSync } from 'node:sqlite';
import { NOTICE, type Notice } from '../wire/account.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { validate } from '../wire/validate.ts';

const SQL = declareStatements('notices', {
  list: 'SELECT name FROM notices',
  dismiss: 'DELETE FROM notices WHERE name = ?',
});

export class NoticeQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Those that this version knows. */
  list(): Notice[] {
    return this.#statements.list.all().flatMap(({ name }) => {
      const known = validate(NOTICE, name);
      return known.success ? [known.data] : [];
    });
  }

  /** Does nothing for one that is not there. */
  dismiss(name: string): void {
    this.#statements.dismiss.run(name);
  }
}

export const NOTICE_WORK = { list: 'quick', dismiss: 'action' } as const satisfies WorkOf<NoticeQueries>;

export type NoticeStore = Shared<NoticeQueries, typeof NOTICE_WORK>;
