/**
 * Ends a call within a second after its key or right ends, or the key expires.
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
/** The expiry date has passed, and the key is still valid: the clock was set, or the database cannot be read. */
const RETRY_MS = 1000;
/** Timers may fire a little early. */
const SLACK_MS = 50;

export class CallLeases {
  readonly #options: CallLeasesOptions;

  constructor(options: CallLeasesOptions) {
    this.#options = options;
  }

  /**
   * @param check throws a VigieError if the key or its right has ended; called now, and again
   * @param end called once, with that error
   * @returns releases the lease; idempotent
   * @throws what `check` throws
   */
  hold(admitted: Admitted, check: () => void, end: (error: unknown) => void): () => void {
    const { accounts, admission, nowMs } = this.#options;
    const who = admission.identify(admitted);
    check();
    let timer: NodeJS.Timeout | undefined;
    const isAllowed = (): boolean => {
      const failure = failureOf(check);
      if (failure !== undefined && !(failure instanceof VigieError)) throw failure;
      return failure === undefined;
    };
    const release = accounts.leases.hold(who, isAllowed, () => {
      clearTimeout(timer);
      const failure = failureOf(check);
      const ended = new VigieError('unavailable', 'the key or its right has ended');
      end(failure instanceof VigieError ? failure : ended);
    });
    const look = (): void => {
      const leftMs = who.expiresAtMs - nowMs();
      const failure = leftMs <= 0 ? failureOf(() => admission.identify(admitted)) : undefined;
      // If the key cannot be looked up, the call continues, and the key is looked up again.
      if (!(failure instanceof VigieError)) {
        if (who.expiresAtMs !== Infinity)
          timer = setTimeout(look, leftMs <= 0 ? RETRY_MS : Math.min(MAX_WAIT_MS, leftMs + SLACK_MS));
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

/**
 * @returns the error of `check`: a VigieError if the right has ended; any other error if it cannot be looked up, in a damaged
 * database
 */
function failureOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}
