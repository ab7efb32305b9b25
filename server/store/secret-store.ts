/** Random secrets of this installation, made when they are first asked for and kept from then on. */

import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { declareStatements, prepareStatements } from './statements.ts';

const SECRET_BYTES = 32;

const SQL = declareStatements('secrets', {
  add: 'INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)',
  find: 'SELECT value FROM secrets WHERE name = ?',
});

export class SecretStore {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** @returns 32 bytes, the same for the same name for ever */
  get(name: string): Buffer {
    this.#statements.add.run(name, randomBytes(SECRET_BYTES));
    const value = this.#statements.find.get(name)?.['value'];
    if (!(value instanceof Uint8Array))
      throw new Error(`the secret ${name} is not there after it was written`);
    return Buffer.from(value);
  }
}
