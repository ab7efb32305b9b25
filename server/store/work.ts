/**
 * Declares where each method of a store runs. SQLite answers synchronously, and the thread of the live video must not
 * wait for it.
 *
 * - `quick`: on the calling thread, by its own read-only connection: a few rows by an index, well below a millisecond.
 * - `long`: in the reading thread; bounded per user and in total, dropped when the caller leaves (read-queue.ts).
 * - `action`, `record`, `state`: in the writing thread, through the queue, which treats them differently when the
 *   database is locked or the queue is full (write-queue.ts).
 *
 * Each store's file declares this for all of its methods; a missing one does not compile.
 */

/** How a waiting write is treated. */
export type WriteKind =
  /** A caller waits for it, and after some time gets an error. */
  | 'action'
  /** It reports a fact that must be stored, however long that takes. */
  | 'record'
  /** The next one replaces it. */
  | 'state';

export type Work = 'quick' | 'long' | WriteKind;

/** One call of a store's method as sent to a thread: arguments and result are copied. */
export interface StoreCall {
  store: string;
  method: string;
  args: readonly unknown[];
}

/** The caller of a long read. */
export interface ReadFor {
  /** Undefined: the server itself. */
  userId?: string;
  /** Aborted when the caller no longer waits. */
  signal?: AbortSignal;
}

export type WorkOf<Queries> = { readonly [Method in keyof Queries]: Work };

/** A store as callers see it: methods that run on another thread return a promise. */
export type Shared<Queries, W extends WorkOf<Queries>> = {
  readonly [Method in keyof Queries]: Queries[Method] extends (...args: infer Args) => infer Result
    ? W[Method] extends 'quick'
      ? (...args: Args) => Result
      : W[Method] extends 'long'
        ? (...args: [...Args, reader?: ReadFor]) => Promise<Result>
        : (...args: Args) => Promise<Result>
    : never;
};
