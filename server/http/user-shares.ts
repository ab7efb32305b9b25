/**
 * How many answers of one kind a user, and all users together, have under way: those that hold a file, a place in a queue or a
 * stream of pictures for as long as their reader takes.
 *
 * Invariant: a place is only taken for a response that is still open, so that its end gives the place back.
 */

import type { ServerResponse } from 'node:http';
import { VigieError } from '../errors.ts';
import { FairPlaces, type PlaceHolder } from '../net/fair-places.ts';

export interface UserSharesOptions {
  total: number;
  perUser: number;
  /** What is said to one who has too many: what to do about it. */
  refusal: string;
}

const STAYS: PlaceHolder = { mayGiveWay: () => 'no', giveWay: () => undefined };
const RETRY_AFTER_SECONDS = 10;

export class UserShares {
  readonly #places: FairPlaces;
  readonly #refusal: string;

  constructor({ total, perUser, refusal }: UserSharesOptions) {
    this.#places = new FairPlaces({ total, perNetwork: perUser });
    this.#refusal = refusal;
  }

  /**
   * @returns a function that gives the place back, to be called when the response closes
   * @throws VigieError `tooManyRequests`
   */
  enter(userId: string, response: ServerResponse): () => void {
    if (response.destroyed) throw new VigieError('unavailable', 'nobody waits for this answer any more');
    const leave = this.#places.enter(userId, STAYS);
    if (!leave)
      throw new VigieError('tooManyRequests', this.#refusal, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return leave;
  }
}
