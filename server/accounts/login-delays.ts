/**
 * Slows down password guessing by origins that are not refused: the first failures have no delay, then each attempt waits longer,
 * up to five seconds.
 *
 * Invariants: an attempt is counted before it waits, so parallel attempts gain nothing; at most two attempts of one
 * origin wait, which bounds its guesses to two in five seconds; memory and timers are bounded.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { FailureCounter } from '../core/failure-counter.ts';
import { VigieError } from '../errors.ts';
import { tooManyAttempts } from './attempt-limit.ts';

const WINDOW_MS = 15 * 60_000;
const AT_ACCOUNT = { failures: 5, windowMs: WINDOW_MS };
/** Failures of one origin across all accounts. */
const IN_ALL = { failures: 30, windowMs: WINDOW_MS };
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
const MAX_WAITING_OF_ORIGIN = 2;
const MAX_WAITING = 256;

export class LoginDelays {
  readonly #nowMs: () => number;
  readonly #sleep: typeof sleep;
  readonly #atAccount = new FailureCounter(AT_ACCOUNT);
  readonly #inAll = new FailureCounter(IN_ALL);
  readonly #waiting = new Map<string, number>();
  #totalWaiting = 0;

  constructor(nowMs: () => number, wait: typeof sleep = sleep) {
    this.#nowMs = nowMs;
    this.#sleep = wait;
  }

  /**
   * Counts an attempt as failed until `succeeded` or `takeBack` is called, and waits.
   *
   * @param gone ends the wait
   * @throws VigieError `tooManyRequests` while too many other attempts of the same origin wait, or when `gone`
   */
  async admit(origin: string, account: string, gone: AbortSignal): Promise<void> {
    const nowMs = this.#nowMs();
    const key = `${origin} ${account}`;
    const delayMs = Math.max(
      delayAfter(this.#atAccount.failuresOf(key, nowMs) - AT_ACCOUNT.failures),
      delayAfter(this.#inAll.failuresOf(origin, nowMs) - IN_ALL.failures),
    );
    const waiting = this.#waiting.get(origin) ?? 0;
    if (delayMs > 0 && (waiting >= MAX_WAITING_OF_ORIGIN || this.#totalWaiting >= MAX_WAITING))
      throw tooManyAttempts(delayMs);
    this.#atAccount.add(key, nowMs);
    this.#inAll.add(origin, nowMs);
    if (delayMs > 0) await this.#wait(origin, delayMs, gone);
  }

  takeBack(origin: string, account: string): void {
    this.#atAccount.takeBack(`${origin} ${account}`);
    this.#inAll.takeBack(origin);
  }

  succeeded(origin: string, account: string): void {
    this.#atAccount.forget(`${origin} ${account}`);
    this.#inAll.takeBack(origin);
  }

  async #wait(origin: string, delayMs: number, gone: AbortSignal): Promise<void> {
    this.#waiting.set(origin, (this.#waiting.get(origin) ?? 0) + 1);
    this.#totalWaiting++;
    try {
      await this.#sleep(delayMs, undefined, { signal: gone });
    } catch (error) {
      if (!gone.aborted) throw error;
      throw new VigieError('tooManyRequests', 'the client left while its attempt waited', { cause: error });
    } finally {
      this.#totalWaiting--;
      const remaining = (this.#waiting.get(origin) ?? 1) - 1;
      if (remaining > 0) this.#waiting.set(origin, remaining);
      else this.#waiting.delete(origin);
    }
  }
}

/** @param surplus failures beyond the free ones, 0 for the first */
function delayAfter(surplus: number): number {
  return surplus < 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(surplus, 10));
}
