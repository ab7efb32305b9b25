/**
 * Limits the answers of one kind in progress, per user and in total: those that hold a file, a queue place or a picture
 * stream while their client reads.
 *
 * Invariant: only an open response takes a place, so its end always releases the place.
 */

import type { ServerResponse } from 'node:http';
import { VigieError } from '../errors.ts';
import { FairPlaces, type PlaceHolder } from '../net/fair-places.ts';

export interface UserSharesOptions {
  total: number;
  perUser: number;
  /** Detail of the refusal: what to do about it. */
  refusal: string;
}

const STAYS: PlaceHolder = { replaceable: () => 'no', onReplaced: () => undefined };
const RETRY_AFTER_SECONDS = 10;

export class UserShares {
  readonly #places: FairPlaces;
  readonly #refusal: string;

  constructor({ total, perUser, refusal }: UserSharesOptions) {
    this.#places = new FairPlaces({ total, perNetwork: perUser });
    this.#refusal = refusal;
  }

  /**
   * @returns releases the place; call it when the response closes
   * @throws VigieError `tooManyRequests`
   */
  enter(userId: string, response: ServerResponse): () => void {
    if (response.destroyed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
    const leave = this.#places.enter(userId, STAYS);
    if (!leave)
      throw new VigieError('tooManyRequests', this.#refusal, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return leave;
  }
}
