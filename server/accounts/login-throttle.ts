/**
 * Slows down password guessing.
 *
 * Unknown origins: failures are counted by network, by network and account, and by account from all networks; above a
 * limit they are refused. Other origins (login-origin.ts) are slowed down, and their failures count only against
 * themselves.
 *
 * Invariants: an attempt is counted before the password is checked, so parallel attempts gain nothing; a refused
 * attempt is not counted; one network of up to a /48 never reaches an account's limit; unknown origins do not affect a
 * known device or the private network; an unknown user name is treated like any other.
 */

import { NetworkFailures } from '../core/address/network-failures.ts';
import { FailureCounter } from '../core/failure-counter.ts';
import { tooManyAttempts } from './attempt-limit.ts';
import { LoginDelays } from './login-delays.ts';
import { originKey, type LoginOrigin } from './login-origin.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Failures of one network across all accounts. */
const NETWORK_LIMITS = [
  { prefix: 64, failures: 30, windowMs: 15 * MINUTE_MS },
  { prefix: 56, failures: 60, windowMs: 15 * MINUTE_MS },
  { prefix: 48, failures: 120, windowMs: 15 * MINUTE_MS },
] as const;
/** Failures of one network at one account. */
const NETWORK_AT_ACCOUNT_LIMITS = [
  { prefix: 64, failures: 5, windowMs: 5 * MINUTE_MS },
  { prefix: 56, failures: 20, windowMs: HOUR_MS },
  { prefix: 48, failures: 40, windowMs: HOUR_MS },
] as const;
/** Failures at one account, from all unknown networks together. */
const ACCOUNT_LIMIT = { failures: 100, windowMs: HOUR_MS };

/** An attempt that counts as failed until one of these is called. Both work once. */
export interface LoginAttempt {
  /** Forgives the failures of the same origin at the same account. */
  succeeded(): void;
  /** The password was not checked. */
  takeBack(): void;
}

export class LoginThrottle {
  readonly #nowMs: () => number;
  readonly #networks = new NetworkFailures(NETWORK_LIMITS);
  readonly #networksAtAccount = new NetworkFailures(NETWORK_AT_ACCOUNT_LIMITS);
  readonly #accounts = new FailureCounter(ACCOUNT_LIMIT);
  readonly #delays: LoginDelays;

  constructor(nowMs: () => number, delays = new LoginDelays(nowMs)) {
    this.#nowMs = nowMs;
    this.#delays = delays;
  }

  /**
   * Waits as long as this origin must.
   *
   * @param gone aborted when the client no longer waits for an answer
   * @throws VigieError `tooManyRequests`
   */
  async admit(username: string, origin: LoginOrigin, gone: AbortSignal): Promise<LoginAttempt> {
    // The store compares names case-insensitively.
    const account = username.toLowerCase();
    if (origin.kind === 'unknown') return this.#admitUnknown(account, origin.address);
    const key = `${origin.kind} ${originKey(origin)}`;
    await this.#delays.admit(key, account, gone);
    return {
      succeeded: () => this.#delays.succeeded(key, account),
      takeBack: () => this.#delays.takeBack(key, account),
    };
  }

  #admitUnknown(account: string, address: string): LoginAttempt {
    const nowMs = this.#nowMs();
    const waitMs = Math.max(
      this.#networks.waitMs(address, nowMs),
      this.#networksAtAccount.waitMs(address, nowMs, account),
      this.#accounts.waitMs(account, nowMs),
    );
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    this.#networks.add(address, nowMs);
    this.#networksAtAccount.add(address, nowMs, account);
    this.#accounts.add(account, nowMs);
    const takeBack = (): void => {
      this.#networks.takeBack(address);
      this.#networksAtAccount.takeBack(address, account);
      this.#accounts.takeBack(account);
    };
    return {
      succeeded: () => {
        takeBack();
        this.#networksAtAccount.forget(address, account);
      },
      takeBack,
    };
  }
}
