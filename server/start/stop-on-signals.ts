/** Stops the process: the first signal stops everything in order; a second signal, or the timeout, exits at once. */

import type { Log } from '../log.ts';

/** Anything still running after this time is abandoned. */
const STOP_TIMEOUT_MS = 5_000;

/** @param close stops everything in order */
export function stopOnSignals(close: () => Promise<void>, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'failed to stop');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
