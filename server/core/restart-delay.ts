/**
 * The delay before a process that died is restarted. Time is an argument.
 *
 * Invariant: the delay doubles with each death in a row up to its bound, and starts again after a long enough run.
 */

import { Backoff } from './backoff.ts';

export interface RestartDelayOptions {
  /** After the first death. */
  restartDelayMs: number;
  maxRestartDelayMs: number;
  /** A process that ran this long counts as healthy. */
  provenAfterMs: number;
}

export class RestartDelay {
  readonly #provenAfterUs: number;
  readonly #backoff: Backoff;
  #startedUs = 0;

  constructor({ restartDelayMs, maxRestartDelayMs, provenAfterMs }: RestartDelayOptions) {
    this.#provenAfterUs = provenAfterMs * 1000;
    // A machine has few of these processes, so the delays need no spreading.
    this.#backoff = new Backoff(restartDelayMs, maxRestartDelayMs, () => 1);
  }

  started(nowUs: number): void {
    this.#startedUs = nowUs;
  }

  /** @returns milliseconds until the next start */
  died(nowUs: number): number {
    if (nowUs - this.#startedUs >= this.#provenAfterUs) this.#backoff.reset();
    return this.#backoff.nextMs();
  }
}
