/**
 * Shares (core/shares.ts) of the answers of one kind in progress: those that hold a file, a queue place or a picture stream
 * while their client reads.
 *
 * Invariant: only an open response takes a place, so its end always releases the place.
 */

import type { ServerResponse } from 'node:http';
import { Shares, type SharesLimits } from '../core/shares.ts';
import { VigieError } from '../errors.ts';

export interface UserSharesOptions extends SharesLimits {
  /** Detail of the refusal: the remedy. */
  refusal: string;
}

const RETRY_AFTER_SECONDS = 10;

export class UserShares {
  readonly #shares: Shares;
  readonly #refusal: string;

  constructor({ refusal, ...limits }: UserSharesOptions) {
    this.#shares = new Shares(limits);
    this.#refusal = refusal;
  }

  /**
   * @returns releases the place; call it when the response closes
   * @throws VigieError `tooManyRequests`
   */
  enter(userId: string, response: ServerResponse): () => void {
    if (response.destroyed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
    const leave = this.#shares.take(userId);
    if (!leave)
      throw new VigieError('tooManyRequests', this.#refusal, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return leave;
  }
}
