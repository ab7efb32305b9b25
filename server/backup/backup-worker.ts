/** The thread that writes a backup for the API: copying a large database takes seconds, in which live video goes on. */

import { parentPort, workerData } from 'node:worker_threads';
import { sendError, type SentError } from '../store/thread-messages.ts';
import { writeBackup, type BackupOptions } from './backup-file.ts';

/** Undefined once the file is there. */
export type BackupOutcome = SentError | undefined;

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');
let outcome: BackupOutcome;
try {
  await writeBackup(workerData as BackupOptions);
} catch (error) {
  outcome = sendError(error);
}
port.postMessage(outcome);
