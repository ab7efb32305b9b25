/**
 * How long to wait before a process that died is started again. Time is an argument.
 *
 * Invariant: the delay doubles with each death in a row up to its bound, and begins anew after a run that lasted.
 */

import { Backoff } from './backoff.ts';

export interface RestartDelayOptions {
  /** After the first death. */
  restartDelayMs: number;
  maxRestartDelayMs: number;
  /** A process that lived this long has proven itself. */
  provenAfterMs: number;
}

export class RestartDelay {
  readonly #provenAfterUs: number;
  readonly #backoff: Backoff;
  #startedUs = 0;

  constructor({ restartDelayMs, maxRestartDelayMs, provenAfterMs }: RestartDelayOptions) {
    this.#provenAfterUs = provenAfterMs * 1000;
    // There are few processes on one machine, so nothing is to be spread.
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
