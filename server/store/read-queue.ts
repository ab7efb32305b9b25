/**
 * Long reads that wait for the reading thread, which answers one after the other.
 *
 * Invariants: at most `MAX_WAITING` wait, and `MAX_PER_USER` of one user, so that nobody alone keeps the others out,
 * and users do not keep out the server itself; one that nobody waits for any more is not asked.
 */

import { VigieError } from '../errors.ts';
import type { ReadFor, StoreCall } from './work.ts';

/** What reads; the thread in the server, a function in tests. */
export type Read = (call: StoreCall) => Promise<unknown>;

export const MAX_WAITING = 64;
/** A page asks for some at once. */
export const MAX_PER_USER = 12;
/** Whom reads of the server itself are counted for. */
const SERVER = '';

interface Entry {
  call: StoreCall;
  userId: string;
  done: PromiseWithResolvers<unknown>;
}

export class ReadQueue {
  readonly #read: Read;
  readonly #waiting = new Set<Entry>();
  readonly #perUser = new Map<string, number>();
  readonly #counters = { answered: 0, refused: 0, cancelled: 0 };
  #busy = false;
  #closed = false;

  constructor(read: Read) {
    this.#read = read;
  }

  get figures(): Readonly<{ length: number; answered: number; refused: number; cancelled: number }> {
    return { length: this.#waiting.size + Number(this.#busy), ...this.#counters };
  }

  /** @throws (rejects) what the method threw; VigieError `unavailable` when too many wait, or nobody waits for this one */
  async ask(call: StoreCall, { userId = SERVER, signal }: ReadFor = {}): Promise<unknown> {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    const ofUser = this.#perUser.get(userId) ?? 0;
    const isFull =
      userId === SERVER ? ofUser >= MAX_WAITING : ofUser >= MAX_PER_USER || this.#waiting.size >= MAX_WAITING;
    if (isFull) {
      this.#counters.refused++;
      throw new VigieError('unavailable', 'too much is being looked up at once; try again in a moment', {
        retryAfterSeconds: 1,
      });
    }
    const entry = { call, userId, done: Promise.withResolvers<unknown>() };
    const cancel = (): void => this.#cancel(entry);
    signal?.addEventListener('abort', cancel, { once: true });
    this.#perUser.set(userId, ofUser + 1);
    this.#waiting.add(entry);
    if (signal?.aborted) cancel();
    void this.#pump();
    try {
      return await entry.done.promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
      const left = (this.#perUser.get(userId) ?? 1) - 1;
      if (left > 0) this.#perUser.set(userId, left);
      else this.#perUser.delete(userId);
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { done } of this.#waiting)
      done.reject(new VigieError('unavailable', 'the server is stopping'));
    this.#waiting.clear();
  }

  /** The one that is being answered is answered to its end: SQLite cannot be interrupted here. */
  #cancel(entry: Entry): void {
    if (!this.#waiting.delete(entry)) return;
    this.#counters.cancelled++;
    entry.done.reject(new VigieError('unavailable', 'nobody waits for this any more'));
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (const entry of this.#waiting) {
      this.#waiting.delete(entry);
      try {
        entry.done.resolve(await this.#read(entry.call));
        this.#counters.answered++;
      } catch (error) {
        entry.done.reject(error);
      }
    }
    this.#busy = false;
  }
}
