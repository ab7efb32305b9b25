/** The thread that reads what takes long, by a read-only connection of its own (store-thread.ts). */

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './database.ts';
import { Tables } from './tables.ts';
import { sendError, type Outcome, type ReaderReply, type ReaderRequest } from './thread-messages.ts';
import type { ThreadData } from './thread-messages.ts';
import type { StoreCall } from './work.ts';
import { callMethod } from './write-batch.ts';

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');
const database = openReader((workerData as ThreadData).path);
const tables = new Tables(database);

port.on('message', (request: ReaderRequest) => {
  if (request === 'close') {
    database.close();
    port.close();
    return;
  }
  port.postMessage({ outcome: answer(request.call) } satisfies ReaderReply);
});

function answer(call: StoreCall): Outcome {
  try {
    return { value: callMethod(tables, call) };
  } catch (error) {
    return { error: sendError(error) };
  }
}
