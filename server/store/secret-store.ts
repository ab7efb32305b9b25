/** Random secrets of this installation, created at its first start and never changed. */

import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { declareStatements, prepareStatements } from './statements.ts';
import type { Shared, WorkOf } from './work.ts';

const SECRET_BYTES = 32;
/** For signing tokens and devices' cookies, and for the key that identifies this server to push services. */
export const SECRET_NAMES = ['access-token', 'refresh-token', 'push', 'device'] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

const SQL = declareStatements('secrets', {
  add: 'INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)',
  find: 'SELECT value FROM secrets WHERE name = ?',
});

export class SecretQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Does nothing when it exists. */
  make(name: SecretName): void {
    this.#statements.add.run(name, randomBytes(SECRET_BYTES));
  }

  /** @returns 32 bytes, always the same for the same name */
  get(name: SecretName): Buffer {
    const value = this.#statements.find.get(name)?.['value'];
    if (!(value instanceof Uint8Array)) throw new Error(`the secret ${name} does not exist`);
    return Buffer.from(value);
  }
}

export const SECRET_WORK = {
  get: 'quick',
  make: 'action',
} as const satisfies WorkOf<SecretQueries>;

export type SecretStore = Shared<SecretQueries, typeof SECRET_WORK>;
