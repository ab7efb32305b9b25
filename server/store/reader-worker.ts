/** The thread for long reads, on its own read-only connection (store-thread.ts). */

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './database.ts';
import {
  sendError,
  type Outcome,
  type ReaderReply,
  type ReaderRequest,
  type QueriesModule,
  type ThreadData,
} from './thread-messages.ts';
import type { StoreCall } from './work.ts';
import { callMethod } from './write-batch.ts';

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');
const data = workerData as ThreadData;
const { makeQueries } = (await import(data.queries)) as QueriesModule;
const database = openReader(data.path);
const queries = makeQueries(database);

port.on('message', (request: ReaderRequest) => {
  if (request === 'close') {
    database.close();
    port.close();
    return;
  }
  const outcome = answer(request.call);
  port.postMessage({ outcome } satisfies ReaderReply, bytesOf(outcome));
});

function answer(call: StoreCall): Outcome {
  try {
    return { value: callMethod(queries, call) };
  } catch (error) {
    return { error: sendError(error) };
  }
}

/** Buffers that are transferred instead of copied. */
function bytesOf(outcome: Outcome): ArrayBuffer[] {
  const value = 'value' in outcome ? outcome.value : undefined;
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}
