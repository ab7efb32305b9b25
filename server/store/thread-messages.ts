/** Messages between the server's thread and the threads of the store, and errors in a form that can be copied. */

import type { DatabaseSync } from 'node:sqlite';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { StoreCall } from './work.ts';

/** workerData of both threads. */
export interface ThreadData {
  /** The database file. */
  path: string;
  /** URL of a `QueriesModule`. */
  queries: string;
}

/** The module with every feature's queries; each thread creates them on its own connection. */
export interface QueriesModule {
  makeQueries: (database: DatabaseSync) => Queries;
}

/** By the name of the store, as in `StoreCall`. */
export type Queries = Readonly<Record<string, object>>;

export type WriterRequest = { calls: readonly StoreCall[] } | 'close';
export type WriterReply = { outcomes: readonly Outcome[] | 'locked' };

export type ReaderRequest = { call: StoreCall } | 'close';
export type ReaderReply = { outcome: Outcome };

export type Outcome = { value: unknown } | { error: SentError };

export interface SentError {
  message: string;
  stack: string | undefined;
  /** Set for a VigieError. */
  code?: ErrorCode;
  /** Set for an error of SQLite. */
  errcode?: number;
}

/** https://sqlite.org/rescode.html#constraint_foreignkey */
const FOREIGN_KEY = 787;

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  if (error instanceof VigieError) return { message, stack, code: error.code };
  return 'errcode' in error && typeof error.errcode === 'number'
    ? { message, stack, errcode: error.errcode }
    : { message, stack };
}

export function receiveError({ message, stack, code, errcode }: SentError): Error {
  if (code) return new VigieError(code, message);
  const error = Object.assign(new Error(message), { stack, ...(errcode !== undefined && { errcode }) });
  if (errcode !== FOREIGN_KEY) return error;
  // Writes wait, so the row they refer to may be gone when their turn comes.
  return new VigieError('conflict', 'the item this belongs to was removed meanwhile', { cause: error });
}
