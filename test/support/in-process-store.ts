/**
 * The stores without their threads: the same queues and queries, on one connection. Their users start faster with it in
 * tests, and can have a fake clock.
 */

import { openDatabase } from '../../server/store/open-database.ts';
import type { EventLimits } from '../../server/events/event-store.ts';
import { ReadQueue } from '../../server/store/read-queue.ts';
import { SECRET_NAMES } from '../../server/store/secret-store.ts';
import { receiveError } from '../../server/store/thread-messages.ts';
import { callMethod, writeBatch } from '../../server/store/write-batch.ts';
import { WriteQueue } from '../../server/store/write-queue.ts';
import { makeQueries, shareQueries, type Stores } from '../../server/stores.ts';

export interface InProcessStore extends Stores {
  readonly idle: Promise<void>;
  /** Resolves when everything is written and all callers were told. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export function openInProcessStore(dataDir: string, limits: Partial<EventLimits> = {}): InProcessStore {
  const database = openDatabase(dataDir);
  const queries = makeQueries(database, limits);
  for (const name of SECRET_NAMES) queries.secrets.make(name);
  // Copied, as for a thread.
  const reads = new ReadQueue((call) => Promise.resolve(structuredClone(callMethod(queries, call))));
  const writes = new WriteQueue({
    writer: {
      write: (calls) => {
        const outcomes = structuredClone(writeBatch(database, queries, structuredClone(calls)));
        return Promise.resolve(
          outcomes === 'locked'
            ? outcomes
            : outcomes.map((each) => ('error' in each ? { error: receiveError(each.error) } : each)),
        );
      },
    },
    onLost: (_call, error) => {
      throw error;
    },
  });
  return {
    ...shareQueries(queries, { reads, writes }),
    get idle() {
      return writes.idle;
    },
    settled: async () => {
      await writes.idle;
      await new Promise(setImmediate);
    },
    close: async () => {
      await writes.idle;
      writes.abandon();
      reads.close();
      if (database.isOpen) database.close();
    },
  };
}
