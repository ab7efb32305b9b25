/** Refuses clients with too many failed attempts at a code, a token or a password. */

import { VigieError } from '../errors.ts';

/** Counted by key (core/failure-counter.ts) or by address (core/address/network-failures.ts). */
export interface Failures {
  waitMs(key: string, nowMs: number): number;
  add(key: string, nowMs: number): void;
  takeBack(key: string): void;
}

export class AttemptLimit {
  readonly #failures: Failures;
  readonly #nowMs: () => number;

  constructor(failures: Failures, nowMs: () => number) {
    this.#failures = failures;
    this.#nowMs = nowMs;
  }

  /**
   * Counts the attempt as failed before it is checked, so parallel attempts gain nothing. @throws VigieError
   * `tooManyRequests`
   */
  admit(key: string): void {
    const nowMs = this.#nowMs();
    const waitMs = this.#failures.waitMs(key, nowMs);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    this.#failures.add(key, nowMs);
  }

  /** Takes the counted failure back. */
  succeeded(key: string): void {
    this.#failures.takeBack(key);
  }
}

/** @param waitMs until the next attempt is allowed */
export function tooManyAttempts(waitMs: number): VigieError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const detail = `too many failed attempts; try again in ${formatDuration(retryAfterSeconds)}`;
  return new VigieError('tooManyRequests', detail, { retryAfterSeconds });
}

function formatDuration(seconds: number): string {
  if (seconds === 1) return '1 second';
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
