/**
 * SQL as data: each store declares its statements under its name, and prepares them on the connection it is given.
 *
 * Invariant: every statement of the server is declared, so that a test can plan all of them against full tables
 * (test/store/query-plans.test.ts). A statement is prepared at its first use, so a read-only connection prepares no
 * writes.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite';

type Sql = Readonly<Record<string, string>>;

const DECLARED = new Map<string, string>();

/** By `store.statement`. Complete once every store's file is loaded. */
export const declaredStatements: ReadonlyMap<string, string> = DECLARED;

/** Call it once, when the store's file is loaded. */
export function declareStatements<S extends Sql>(store: string, sql: S): S {
  for (const [name, text] of Object.entries(sql)) {
    const key = `${store}.${name}`;
    if (DECLARED.has(key)) throw new Error(`the statement ${key} is declared twice`);
    DECLARED.set(key, text);
  }
  return sql;
}

/** @param sql as declared */
export function prepareStatements<S extends Sql>(
  database: DatabaseSync,
  sql: S,
): { readonly [Name in keyof S]: StatementSync } {
  const statements = {};
  for (const [name, text] of Object.entries(sql)) {
    let statement: StatementSync | undefined;
    Object.defineProperty(statements, name, { get: () => (statement ??= database.prepare(text)) });
  }
  return statements as { readonly [Name in keyof S]: StatementSync };
}
