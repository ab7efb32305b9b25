/** The settings of the whole site. */

import type { DatabaseSync } from 'node:sqlite';
import { isTimeZone } from '../wire/site.ts';
import { inTransaction } from '../store/database.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

const SQL = declareStatements('site', {
  find: 'SELECT value FROM site_settings WHERE name = ?',
  set: 'INSERT INTO site_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
});

const TIME_ZONE = 'timeZone';

export class SiteQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /** IANA; undefined while nobody has chosen one, or it is no longer known. */
  timeZone(): string | undefined {
    const value = this.#statements.find.get(TIME_ZONE)?.['value'];
    return typeof value === 'string' && isTimeZone(value) ? value : undefined;
  }

  /** @param unlessChosen leaves one that was chosen as it is */
  setTimeZone(timeZone: string, unlessChosen: boolean): void {
    inTransaction(this.#database, () => {
      if (unlessChosen && this.timeZone() !== undefined) return;
      this.#statements.set.run(TIME_ZONE, timeZone);
    });
  }
}

export const SITE_WORK = {
  timeZone: 'quick',
  setTimeZone: 'action',
} as const satisfies WorkOf<SiteQueries>;

export type SiteStore = Shared<SiteQueries, typeof SITE_WORK>;
