/** Turns the queries of the caller's own connection into a store whose methods run on the thread declared for them. */

import type { ReadQueue } from './read-queue.ts';
import type { ReadFor, Shared, StoreCall, WorkOf, Work } from './work.ts';
import type { WriteQueue } from './write-queue.ts';

export interface Queues {
  reads: ReadQueue;
  writes: WriteQueue;
  /** Called with the error of a quick read, before its caller gets it. */
  onError?: (error: unknown) => void;
}

/**
 * @param store its name in server/stores.ts
 * @param queries on the caller's connection
 */
export function share<Queries extends object, W extends WorkOf<Queries>>(
  store: string,
  queries: Queries,
  work: W,
  { reads, writes, onError }: Queues,
): Shared<Queries, W> {
  const methods = queries as Record<string, (...args: unknown[]) => unknown>;
  const shared: Record<string, (...args: unknown[]) => unknown> = {};
  for (const [method, kind] of Object.entries<Work>(work)) {
    const run = methods[method];
    if (!run) throw new Error(`there is no ${store}.${method}`);
    const callOf = (args: readonly unknown[]): StoreCall => ({ store, method, args });
    if (kind === 'quick')
      shared[method] = (...args) => {
        try {
          return run.apply(queries, args);
        } catch (error) {
          onError?.(error);
          throw error;
        }
      };
    else if (kind === 'long')
      shared[method] = (...args) => {
        // Long reads have no optional arguments, so an argument after the last one is the ReadFor.
        const reader = args.length > run.length ? (args[run.length] as ReadFor | undefined) : undefined;
        return reads.ask(callOf(args.slice(0, run.length)), reader);
      };
    else shared[method] = (...args) => writes.add(kind, callOf(args));
  }
  return shared as Shared<Queries, W>;
}
