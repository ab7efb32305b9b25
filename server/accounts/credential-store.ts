/**
 * What stands for a user in place of a sign-in: API keys; other kinds have their own word in the same table.
 *
 * A revoked one is removed; the audit log knows that it was there.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Grant } from '../core/grant.ts';
import { VigieError } from '../errors.ts';
import { inTransaction } from '../store/database.ts';
import { readFields } from '../store/json-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { KEY_GRANT } from '../wire/api-key.ts';

export const CREDENTIAL_KINDS = ['apiKey'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Times are ms since the Unix epoch. */
export interface StoredCredential {
  id: string;
  kind: CredentialKind;
  userId: string;
  name: string;
  /** SHA-256. */
  hash: Uint8Array;
  grant: Grant;
  createdAtMs: number;
  /** Null: never. */
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
  lastAddress: string | null;
}

export type NewCredential = Omit<StoredCredential, 'lastUsedAtMs' | 'lastAddress'>;

export const MAX_CREDENTIALS_PER_USER = 50;
const COLUMNS = `id, kind, user_id AS userId, name, secret_hash AS hash, granted, created_at AS createdAtMs,
  expires_at AS expiresAtMs, last_used_at AS lastUsedAtMs, last_address AS lastAddress`;

const SQL = declareStatements('credentials', {
  find: `SELECT ${COLUMNS} FROM credentials WHERE id = ?`,
  list: `SELECT ${COLUMNS} FROM credentials ORDER BY created_at, id`,
  listOf: `SELECT ${COLUMNS} FROM credentials WHERE user_id = ? ORDER BY created_at, id`,
  countOf: 'SELECT count(*) AS count FROM credentials WHERE user_id = ?',
  add: `
    INSERT INTO credentials (id, kind, user_id, name, secret_hash, granted, created_at, expires_at)
    SELECT :id, :kind, id, :name, :hash, :granted, :createdAtMs, :expiresAtMs FROM users WHERE id = :userId`,
  remove: 'DELETE FROM credentials WHERE id = ?',
  used: 'UPDATE credentials SET last_used_at = :atMs, last_address = :address WHERE id = :id',
});

export class CredentialQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  find(id: string): StoredCredential | undefined {
    const row = this.#statements.find.get(id);
    return row && toCredential(row);
  }

  /** In the order they were made. @param userId undefined: those of everybody */
  list(userId?: string): StoredCredential[] {
    const { list, listOf } = this.#statements;
    return (userId === undefined ? list.all() : listOf.all(userId)).map(toCredential);
  }

  /** @throws VigieError `conflict` when the user has too many, `unauthorized` when the user is gone */
  add({ grant, ...credential }: NewCredential): void {
    inTransaction(this.#database, () => {
      if (Number(this.#statements.countOf.get(credential.userId)?.['count']) >= MAX_CREDENTIALS_PER_USER)
        throw new VigieError(
          'conflict',
          `a user has at most ${MAX_CREDENTIALS_PER_USER} API keys; revoke one first`,
        );
      if (this.#statements.add.run({ ...credential, granted: JSON.stringify(grant) }).changes !== 1)
        throw new VigieError('unauthorized', 'the user was removed');
    });
  }

  /** @returns false when there was none */
  remove(id: string): boolean {
    return this.#statements.remove.run(id).changes === 1;
  }

  used(id: string, atMs: number, address: string): void {
    this.#statements.used.run({ id, atMs, address });
  }
}

export const CREDENTIAL_WORK = {
  find: 'quick',
  list: 'long',
  add: 'action',
  remove: 'action',
  used: 'record',
} as const satisfies WorkOf<CredentialQueries>;

export type CredentialStore = Shared<CredentialQueries, typeof CREDENTIAL_WORK>;

/** Words of another version are left out with their list: they give nothing. */
function toCredential({ granted, ...row }: Record<string, SQLOutputValue>): StoredCredential {
  const { everyCamera = [], cameras = [], powers = [] } = readFields(KEY_GRANT, granted) ?? {};
  // The table is STRICT, so the columns have the types the schema gives them.
  return { ...row, grant: { everyCamera, cameras, powers } } as unknown as StoredCredential;
}
