/** The thread that writes or reads a backup for the API: a large database takes seconds, during which live video continues. */

import { parentPort, workerData } from 'node:worker_threads';
import { sendError, type Outcome } from '../store/thread-messages.ts';
import { writeBackup, type BackupOptions } from './backup-file.ts';
import { stageBackup, type StagedFile } from './stage-backup.ts';

export type BackupWork = { write: BackupOptions } | { stage: StagedFile };

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');
const work = workerData as BackupWork;
let outcome: Outcome;
try {
  outcome = { value: 'write' in work ? await writeBackup(work.write) : await stageBackup(work.stage) };
} catch (error) {
  outcome = { error: sendError(error) };
}
port.postMessage(outcome);
