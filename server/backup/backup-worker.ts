/** The thread that writes a backup for the API, or reads one: a large database takes seconds, in which live video goes on. */

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
