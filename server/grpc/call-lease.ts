/**
 * Ends what is sent by a key when the key or its right ends, or the key expires: within a second.
 *
 * Source of the first two: accounts/right-leases.ts.
 */

import type { Accounts } from '../accounts/accounts.ts';
import { VigieError } from '../errors.ts';
import type { Admitted, CallAdmission } from './call-admission.ts';

export interface CallLeasesOptions {
  accounts: Pick<Accounts, 'leases'>;
  admission: Pick<CallAdmission, 'identify'>;
  /** The date, ms since the Unix epoch. */
  nowMs: () => number;
}

/** Also the longest that a clock which was set goes unnoticed. */
const MAX_WAIT_MS = 60_000;
/** Timers may fire a little early. */
const SLACK_MS = 50;

export class CallLeases {
  readonly #options: CallLeasesOptions;

  constructor(options: CallLeasesOptions) {
    this.#options = options;
  }

  /**
   * @param check throws a VigieError where the key or its right is gone; called now, and again
   * @param end called once, with that error
   * @returns releases the lease; idempotent
   * @throws what `check` throws
   */
  hold(admitted: Admitted, check: () => void, end: (error: unknown) => void): () => void {
    const { accounts, admission, nowMs } = this.#options;
    const who = admission.identify(admitted);
    check();
    let timer: NodeJS.Timeout | undefined;
    const isAllowed = (): boolean => failureOf(check) === undefined;
    const release = accounts.leases.hold(who, isAllowed, () => {
      clearTimeout(timer);
      end(failureOf(check) ?? new VigieError('unavailable', 'the key or its right has ended'));
    });
    const look = (): void => {
      const leftMs = who.expiresAtMs - nowMs();
      const failure = leftMs <= 0 ? failureOf(() => admission.identify(admitted)) : undefined;
      if (failure === undefined) {
        if (who.expiresAtMs !== Infinity)
          timer = setTimeout(look, Math.min(MAX_WAIT_MS, Math.max(0, leftMs) + SLACK_MS));
        return;
      }
      release();
      end(failure);
    };
    look();
    return () => {
      clearTimeout(timer);
      release();
    };
  }
}

/** @returns the error of a right that is gone; a right that cannot be looked up, in a damaged database, ends nothing */
function failureOf(check: () => void): VigieError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof VigieError) return error;
    throw error;
  }
}
