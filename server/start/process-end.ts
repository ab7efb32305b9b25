/**
 * Ends the process, or restarts it: everything is stopped in order first. A second signal, or the timeout, ends it at
 * once.
 *
 * Invariant: after a restart was asked for, the server starts again, also where stopping it fails or takes too long.
 */

import type { Log } from '../log.ts';

/** Anything still running after this time is abandoned. */
const STOP_TIMEOUT_MS = 5_000;
/** No service manager would kill it: the work that follows needs everything stopped. */
const RESTART_TIMEOUT_MS = 60_000;

export class ProcessEnd {
  readonly #log: Log;
  #close: () => Promise<void> = () => Promise.resolve();
  #stopping = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param close stops everything in order */
  stopOnSignals(close: () => Promise<void>): void {
    this.#close = close;
    const stop = (signal: NodeJS.Signals): void => {
      if (this.#stopping) process.exit(1);
      this.#log.info({ signal }, 'stopping');
      this.#stop(
        STOP_TIMEOUT_MS,
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  }

  /**
   * Stops everything, calls `whenStopped`, and starts the program again under the same process id. `whenStopped` is left out
   * where not everything could be stopped.
   */
  restart(whenStopped: () => void): void {
    if (this.#stopping) return;
    this.#log.info('restart begun');
    const then = (): void => {
      whenStopped();
      startAgain();
    };
    this.#stop(RESTART_TIMEOUT_MS, then, startAgain);
  }

  #stop(timeoutMs: number, then: () => void, failed: () => void): void {
    this.#stopping = true;
    const timeout = setTimeout(() => {
      this.#log.fatal({ timeoutMs }, 'failed to stop in time');
      failed();
    }, timeoutMs).unref();
    this.#close()
      // The timeout must not cut off the next steps.
      .then(() => clearTimeout(timeout))
      .then(then)
      .catch((error: unknown) => {
        this.#log.fatal({ err: error }, 'failed to stop');
        failed();
      });
  }
}

function startAgain(): never {
  // Keeps the process id, so that a service manager or a container sees no exit.
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  process.exit(1);
}
