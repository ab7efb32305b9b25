/** Runs each job on a backup in a separate thread. */

import { Worker } from 'node:worker_threads';
import { VigieError } from '../errors.ts';
import { receiveError, type Outcome } from '../store/thread-messages.ts';
import type { BackupWork } from './backup-worker.ts';

export class BackupThreads {
  readonly #workers = new Set<Worker>();

  /** @throws the error of the job; VigieError `unavailable` when this is closed meanwhile */
  async run(workerData: BackupWork): Promise<unknown> {
    const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData });
    this.#workers.add(worker);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    worker.once('message', (outcome: Outcome) =>
      'error' in outcome ? reject(receiveError(outcome.error)) : resolve(outcome.value),
    );
    worker.once('error', reject);
    worker.once('exit', () => reject(new VigieError('unavailable', 'the backup was interrupted')));
    try {
      return await promise;
    } finally {
      this.#workers.delete(worker);
      await worker.terminate();
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }
}
