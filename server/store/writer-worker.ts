/** The writing thread: it owns the only connection that writes, and takes one batch at a time (store-thread.ts). */

import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { checkpoint, openWriter } from './database.ts';
import type { QueriesModule, ThreadData, WriterReply, WriterRequest } from './thread-messages.ts';
import { writeBatch } from './write-batch.ts';

/** Pause after a lock that SQLite did not wait for. */
const PAUSE_MS = 100;
/** SQLite itself does so after 1,000 pages, which a small installation writes in a day. */
const CHECKPOINT_INTERVAL_MS = 60_000;

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');
const data = workerData as ThreadData;
const { makeQueries } = (await import(data.queries)) as QueriesModule;
const database = openWriter(data.path);
const queries = makeQueries(database);
let written = false;
const checkpoints = setInterval(() => {
  if (written) checkpoint(database);
  written = false;
}, CHECKPOINT_INTERVAL_MS);
checkpoints.unref();

port.on('message', (request: WriterRequest) => {
  if (request === 'close') {
    clearInterval(checkpoints);
    database.close();
    port.close();
    return;
  }
  const outcomes = writeBatch(database, queries, request.calls);
  written = true;
  const reply = (): void => port.postMessage({ outcomes } satisfies WriterReply);
  if (outcomes === 'locked') void setTimeout(PAUSE_MS).then(reply);
  else reply();
});
