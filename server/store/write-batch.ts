/**
 * Writes a batch of calls in one transaction, on the connection of the writing thread.
 *
 * Invariants: each call is applied completely or not at all, and a failing call affects no other; nothing is reported
 * as written before it is committed.
 */

import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, isLocked } from './database.ts';
import { sendError, type Outcome, type Queries } from './thread-messages.ts';
import type { StoreCall } from './work.ts';

/** @returns `locked` when another process kept the database locked; then nothing was written */
export function writeBatch(
  database: DatabaseSync,
  queries: Queries,
  calls: readonly StoreCall[],
): Outcome[] | 'locked' {
  try {
    return inTransaction(database, () => calls.map((call) => runAlone(database, queries, call)));
  } catch (error) {
    if (isLocked(error)) return 'locked';
    const [call] = calls;
    if (call && calls.length === 1) return [{ error: sendError(error) }];
    // SQLite rolled back the whole transaction, for example for lack of space: each call gets its own, to find those
    // that fit.
    const outcomes: Outcome[] = [];
    for (const each of calls) {
      let alone: Outcome[] | 'locked';
      // Earlier calls are committed, so the batch as a whole cannot be repeated.
      do alone = writeBatch(database, queries, [each]);
      while (alone === 'locked');
      outcomes.push(...alone);
    }
    return outcomes;
  }
}

/** @throws when the whole transaction was rolled back */
function runAlone(database: DatabaseSync, queries: Queries, call: StoreCall): Outcome {
  try {
    return { value: inTransaction(database, () => callMethod(queries, call)) };
  } catch (error) {
    if (!database.isTransaction) throw error;
    return { error: sendError(error) };
  }
}

export function callMethod(queries: Queries, { store, method, args }: StoreCall): unknown {
  const queriesOfStore = queries[store] as Record<string, (...args: unknown[]) => unknown> | undefined;
  const run = queriesOfStore?.[method];
  if (!run) throw new Error(`there is no ${store}.${method}`);
  return run.apply(queriesOfStore, [...args]);
}
