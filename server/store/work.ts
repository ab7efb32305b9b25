/**
 * Where each method of a store runs. SQLite answers synchronously, and the thread that carries live video must not wait for it.
 *
 * - `quick`: on the calling thread, by its own read-only connection: a few rows by an index, well below a millisecond.
 * - `long`: in the reading thread; bounded per user and in all, given up when nobody waits any more (read-queue.ts).
 * - `action`, `record`, `state`: in the writing thread, through the queue, which treats them differently when the database is
 *   locked or the queue full (write-queue.ts).
 *
 * Each store's file says so for each of its methods; one that is missing there does not compile.
 */

/** How a write is treated when it has to wait. */
export type WriteKind =
  /** Somebody waits for it, and is told after some time that it was not done. */
  | 'action'
  /** It happened and must be kept, however long that takes. */
  | 'record'
  /** The next one says it again. */
  | 'state';

export type Work = 'quick' | 'long' | WriteKind;

/** One call of a method of a store, as it goes to a thread: arguments and result are copied. */
export interface StoreCall {
  store: string;
  method: string;
  args: readonly unknown[];
}

/** Who waits for a long read. */
export interface ReadFor {
  /** The server itself when left out. */
  userId?: string;
  /** Aborted when nobody waits any more. */
  signal?: AbortSignal;
}

export type WorkOf<Queries> = { readonly [Method in keyof Queries]: Work };

/** A store as callers see it: what does not run on their thread is a promise. */
export type Shared<Queries, W extends WorkOf<Queries>> = {
  readonly [Method in keyof Queries]: Queries[Method] extends (...args: infer Args) => infer Result
    ? W[Method] extends 'quick'
      ? (...args: Args) => Result
      : W[Method] extends 'long'
        ? (...args: [...Args, who?: ReadFor]) => Promise<Result>
        : (...args: Args) => Promise<Result>
    : never;
};
