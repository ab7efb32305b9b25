/**
 * Stored credentials that act for a user without a sign-in: API keys; other kinds have another `kind` in the same table.
 *
 * A revoked credential is removed; the audit log still lists it.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Grant } from '../core/grant.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
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

/** The grants of the keys used last, with the text that they were read from. */
const READ_GRANTS = new RecentlyUsed<string, { granted: SQLOutputValue | undefined; grant: Grant }>(200);

const SQL = declareStatements('credentials', {
  find: `SELECT ${COLUMNS} FROM credentials WHERE id = ?`,
  list: `SELECT ${COLUMNS} FROM credentials ORDER BY created_at, id`,
  listOf: `SELECT ${COLUMNS} FROM credentials WHERE user_id = ? ORDER BY created_at, id`,
  countOf: 'SELECT count(*) AS count FROM credentials WHERE user_id = ?',
  add: `
    INSERT INTO credentials (id, kind, user_id, name, secret_hash, granted, created_at, expires_at, made_by)
    SELECT :id, :kind, id, :name, :hash, :granted, :createdAtMs, :expiresAtMs,
      (SELECT id FROM credentials WHERE id = :byId)
    FROM users WHERE id = :userId AND EXISTS (
      SELECT 1 FROM sessions WHERE id = :byId UNION ALL SELECT 1 FROM credentials WHERE id = :byId)`,
  remove: `
    WITH RECURSIVE ended (id) AS (
      VALUES (?) UNION SELECT made.id FROM credentials made JOIN ended ON made.made_by = ended.id)
    DELETE FROM credentials WHERE id IN (SELECT id FROM ended) RETURNING id`,
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

  /**
   * @param byId the session or API key that creates it; keys created with a key end with that key
   * @throws VigieError `conflict` when the user has too many, `unauthorized` when the user, the session or the key is gone
   */
  add({ grant, ...credential }: NewCredential, byId: string): void {
    inTransaction(this.#database, () => {
      if (Number(this.#statements.countOf.get(credential.userId)?.['count']) >= MAX_CREDENTIALS_PER_USER)
        throw new VigieError(
          'conflict',
          `a user has at most ${MAX_CREDENTIALS_PER_USER} API keys; revoke one first`,
        );
      if (this.#statements.add.run({ ...credential, granted: JSON.stringify(grant), byId }).changes !== 1)
        throw new VigieError('unauthorized', 'the session has ended; sign in again');
    });
  }

  /** With those made by it. @returns the ids of all */
  remove(id: string): string[] {
    return this.#statements.remove.all(id).map((row) => String(row['id']));
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

function toCredential({ granted, ...row }: Record<string, SQLOutputValue>): StoredCredential {
  // The table is STRICT, so the columns have the types the schema gives them.
  return { ...row, grant: grantOf(String(row['id']), granted) } as unknown as StoredCredential;
}

/** Read once, not with each request. A list with words of another version is left out, and grants nothing. */
function grantOf(id: string, granted: SQLOutputValue | undefined): Grant {
  const kept = READ_GRANTS.get(id);
  if (kept !== undefined && kept.granted === granted) return kept.grant;
  const { everyCamera = [], cameras = [], powers = [] } = readFields(KEY_GRANT, granted) ?? {};
  const grant = { everyCamera, cameras, powers };
  READ_GRANTS.set(id, { granted, grant });
  return grant;
}
