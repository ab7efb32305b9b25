/**
 * Checks the database's file as it is on the disk, over a separate connection: one that is already open may have cached pages
 * that were overwritten since.
 */

import type { DatabaseSync } from 'node:sqlite';
import { damageIn, isDamaged, openReader } from './database.ts';
import type { Shared, WorkOf } from './work.ts';

export class DatabaseFileQueries {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * @param whole check every page, which takes about a second per hundred MB; else only the first ones
   * @returns the problem; undefined when none is found
   * @throws Error of SQLite when it cannot be read at all
   */
  look(whole: boolean): string | undefined {
    const path = this.#database.location();
    if (path === null) return undefined;
    const file = openReader(path);
    try {
      if (whole) return damageIn(file);
      file.exec('SELECT count(*) FROM sqlite_schema; SELECT count(*) FROM users');
      return undefined;
    } catch (error) {
      if (isDamaged(error)) return error.message;
      throw error;
    } finally {
      file.close();
    }
  }
}

export const DATABASE_FILE_WORK = { look: 'long' } as const satisfies WorkOf<DatabaseFileQueries>;

export type DatabaseFileStore = Shared<DatabaseFileQueries, typeof DATABASE_FILE_WORK>;
