/**
 * Slows the guessing of passwords. Three limits on failures: of one address at one account, of one address, and at one
 * account from everywhere.
 *
 * Invariants: an attempt is counted before the password is looked at, so that many at once gain nothing; the first
 * limit is tight enough that one address alone never reaches the third, so that nobody locks an account for its owner.
 */

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../core/address/network.ts';
import { VigieError } from '../errors.ts';

/** Failures allowed within a time, in seconds. */
const LIMITS = {
  addressAtAccount: { points: 5, duration: 5 * 60 },
  address: { points: 30, duration: 15 * 60 },
  account: { points: 100, duration: 60 * 60 },
};

export class LoginThrottle {
  readonly #address = new RateLimiterMemory(LIMITS.address);
  readonly #addressAtAccount = new RateLimiterMemory(LIMITS.addressAtAccount);
  readonly #account = new RateLimiterMemory(LIMITS.account);

  /** Counts an attempt as failed until `succeeded` says otherwise. @throws VigieError `tooManyRequests` */
  async admit(username: string, address: string): Promise<void> {
    const account = accountKey(username);
    const network = networkOf(address);
    await consumeAttempt(this.#address, network);
    await consumeAttempt(this.#addressAtAccount, `${network} ${account}`);
    await consumeAttempt(this.#account, account);
  }

  async succeeded(username: string, address: string): Promise<void> {
    const account = accountKey(username);
    const network = networkOf(address);
    await Promise.all([
      this.#address.reward(network),
      this.#addressAtAccount.delete(`${network} ${account}`),
      this.#account.reward(account),
    ]);
  }
}

/** @throws VigieError `tooManyRequests` when there were too many */
export async function consumeAttempt(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new VigieError(
      'tooManyRequests',
      `too many failed attempts; try again in ${spell(retryAfterSeconds)}`,
      {
        retryAfterSeconds,
      },
    );
  }
}

/** The store compares names without case. */
function accountKey(username: string): string {
  return username.toLowerCase();
}

function spell(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
