/**
 * Keeps password hashing from taking the machine: each hash costs 19 MiB and some 30 ms of a thread that file access and
 * name look-ups share.
 *
 * Invariant: at most 2 are computed at once and 16 wait; whoever comes after that is told to try again.
 */

import { VigieError } from '../errors.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

const MAX_RUNNING = 2;
const MAX_WAITING = 16;
const RETRY_AFTER_SECONDS = 2;

export class PasswordHasher {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #refused = 0;

  get load(): { running: number; waiting: number; refused: number } {
    return { running: this.#running, waiting: this.#waiting.length, refused: this.#refused };
  }

  /** @returns a PHC string @throws VigieError `tooManyRequests` */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hashPassword(password));
  }

  /** @throws VigieError `tooManyRequests` */
  verify(phc: string, password: string): Promise<boolean> {
    return this.#inTurn(() => verifyPassword(phc, password));
  }

  /** @throws VigieError `tooManyRequests` when the next one would have to be refused */
  assertRoom(): void {
    if (this.#waiting.length < MAX_WAITING) return;
    this.#refused++;
    throw new VigieError(
      'tooManyRequests',
      'too many people are signing in at the moment; try again in a few seconds',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      },
    );
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_RUNNING) {
      this.assertRoom();
      // Whoever finishes hands over its place, so `running` does not change in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
