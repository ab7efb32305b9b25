/**
 * Looks at the database's file as it is on the disk, by a connection of its own: one that is open already may know the pages from
 * before they were overwritten.
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
   * @param whole look at every page, which takes a second for each some hundred MB; else at the first ones
   * @returns what is wrong; undefined when nothing is found
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
