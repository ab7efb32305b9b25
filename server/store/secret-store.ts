/** Random secrets of this installation, made when they are first asked for and kept from then on. */

import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

const SECRET_BYTES = 32;

export class SecretStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @returns 32 bytes, the same for the same name for ever */
  get(name: string): Buffer {
    this.#database
      .prepare('INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)')
      .run(name, randomBytes(SECRET_BYTES));
    const value = this.#database.prepare('SELECT value FROM secrets WHERE name = ?').get(name)?.['value'];
    if (!(value instanceof Uint8Array))
      throw new Error(`the secret ${name} is not there after it was written`);
    return Buffer.from(value);
  }
}
