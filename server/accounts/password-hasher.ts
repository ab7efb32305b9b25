/**
 * Bounds the cost of password hashing: each hash takes 19 MiB and about 30 ms of a thread that file access and name
 * look-ups share. Three kinds of origins (unknown, private network, signed in) take turns, and within each kind its
 * networks or users take turns.
 *
 * Invariants: at most 2 hashes are computed at once; at most 32 of each kind wait, at most 8 of one key. A flood delays only its
 * own origin, whose requests are refused with a time to retry.
 */

import { FairQueue } from '../core/fair-queue.ts';
import { VigieError } from '../errors.ts';
import { shareKey, type LoginOrigin } from './login-origin.ts';
import {
  hashPassword,
  isOutdated,
  RECOMMENDED_COST,
  verifyPassword,
  type PasswordCost,
} from './password-hash.ts';

const MAX_RUNNING = 2;
const MAX_WAITING = { total: 32, perKey: 8 };
const RETRY_AFTER_SECONDS = 2;

interface Waiting {
  start: () => void;
  giveUp: () => void;
}

export class PasswordHasher {
  readonly #queues: Readonly<Record<LoginOrigin['kind'], FairQueue<Waiting>>> = {
    device: new FairQueue(MAX_WAITING),
    private: new FairQueue(MAX_WAITING),
    unknown: new FairQueue(MAX_WAITING),
  };
  /** The kind whose turn is next is the first. */
  readonly #turns = Object.values(this.#queues);
  readonly #cost: PasswordCost;
  #running = 0;
  #refused = 0;

  constructor(cost = RECOMMENDED_COST) {
    this.#cost = cost;
  }

  get load(): { running: number; waiting: number; refused: number } {
    const waiting = this.#turns.reduce((sum, { size }) => sum + size, 0);
    return { running: this.#running, waiting, refused: this.#refused };
  }

  /** @returns a PHC string @throws VigieError `tooManyRequests` */
  hash(password: string, origin: LoginOrigin): Promise<string> {
    return this.#inTurn(origin, () => hashPassword(password, this.#cost));
  }

  /** @throws VigieError `tooManyRequests` */
  verify(phc: string, password: string, origin: LoginOrigin): Promise<boolean> {
    return this.#inTurn(origin, () => verifyPassword(phc, password));
  }

  /** Whether the hash has another cost than a new one would have. */
  isOutdated(phc: string): boolean {
    return isOutdated(phc, this.#cost);
  }

  /** @throws VigieError `tooManyRequests` when the next request of this origin would be refused */
  assertRoom(origin: LoginOrigin): void {
    if (this.#running >= MAX_RUNNING && !this.#queues[origin.kind].hasRoom(shareKey(origin)))
      throw this.#refusal();
  }

  async #inTurn<T>(origin: LoginOrigin, work: () => Promise<T>): Promise<T> {
    this.assertRoom(origin);
    // A job that ends passes its place on, so `running` does not change in between.
    if (this.#running >= MAX_RUNNING) await this.#wait(origin);
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#next();
      if (next) next.start();
      else this.#running--;
    }
  }

  #wait(origin: LoginOrigin): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { start: resolve, giveUp: () => reject(this.#refusal()) };
    this.#queues[origin.kind].push(shareKey(origin), waiting)?.giveUp();
    return promise;
  }

  #next(): Waiting | undefined {
    const queue = this.#turns.find(({ size }) => size > 0);
    if (!queue) return undefined;
    this.#turns.push(...this.#turns.splice(this.#turns.indexOf(queue), 1));
    return queue.shift();
  }

  #refusal(): VigieError {
    this.#refused++;
    return new VigieError(
      'tooManyRequests',
      'too many people are signing in at the moment; try again in a few seconds',
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
}
