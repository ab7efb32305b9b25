/**
 * Ends the process, or restarts it: everything is stopped in order first. A second signal, or the timeout, ends it at
 * once.
 */

import type { Log } from '../log.ts';

/** Anything still running after this time is abandoned. */
const STOP_TIMEOUT_MS = 5_000;

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
      this.#stop(() => process.exit(0));
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  }

  /** Stops everything, calls `whenStopped`, and starts the program again under the same process id. */
  restart(whenStopped: () => void): void {
    if (this.#stopping) return;
    this.#log.info('restart begun');
    this.#stop(() => {
      whenStopped();
      // The same process id, so that a service manager or a container sees no end.
      process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
      process.exit(1);
    });
  }

  #stop(then: () => void): void {
    this.#stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    this.#close()
      .then(then)
      .catch((error: unknown) => {
        this.#log.fatal({ err: error }, 'failed to stop');
        process.exit(1);
      });
  }
}
