/**
 * Queue of long reads for the reading thread, which answers one at a time.
 *
 * Invariants: at most `READ_SHARES.total` reads wait in total and `READ_SHARES.perUser` per user; users take turns, so many
 * reads of one user delay only that user; a read whose caller has left is not run.
 */

import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { ReadFor, StoreCall } from './work.ts';

/** Runs a read: the thread in the server, a function in tests. */
export type Read = (call: StoreCall) => Promise<unknown>;

/** A page requests the thumbnails of all its events at once. */
export const READ_SHARES = { total: 512, perUser: 128 };
/** The user that reads of the server itself count for. */
const SERVER = '';

interface Entry {
  call: StoreCall;
  userId: string;
  done: PromiseWithResolvers<unknown>;
  /** It no longer waits. */
  leave: () => void;
}

export class ReadQueue {
  readonly #read: Read;
  /** By user, in the order of their turns. */
  readonly #waiting = new Map<string, Entry[]>();
  readonly #shares = new Shares(READ_SHARES);
  readonly #counters = { answered: 0, refused: 0, cancelled: 0 };
  #busy = false;
  #closed = false;

  constructor(read: Read) {
    this.#read = read;
  }

  get figures(): Readonly<{ length: number; answered: number; refused: number; cancelled: number }> {
    return { length: this.#length + Number(this.#busy), ...this.#counters };
  }

  /** @throws (rejects) the error of the method; VigieError `unavailable` when too many wait, or the caller has left */
  async ask(call: StoreCall, { userId = SERVER, signal }: ReadFor = {}): Promise<unknown> {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    const leave = this.#enter(userId);
    if (!leave) {
      this.#counters.refused++;
      throw new VigieError('unavailable', 'too many queries are waiting; try again in a moment', {
        retryAfterSeconds: 1,
      });
    }
    const entry = { call, userId, done: Promise.withResolvers<unknown>(), leave };
    const cancel = (): void => this.#cancel(entry);
    signal?.addEventListener('abort', cancel, { once: true });
    const ofUser = this.#waiting.get(userId) ?? [];
    ofUser.push(entry);
    this.#waiting.set(userId, ofUser);
    if (signal?.aborted) cancel();
    void this.#pump();
    try {
      return await entry.done.promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { done } of [...this.#waiting.values()].flat())
      done.reject(new VigieError('unavailable', 'the server is stopping'));
    this.#waiting.clear();
  }

  get #length(): number {
    return [...this.#waiting.values()].reduce((sum, ofUser) => sum + ofUser.length, 0);
  }

  /** The server itself makes few reads, and each is needed. @returns undefined when there is no room */
  #enter(userId: string): (() => void) | undefined {
    if (userId !== SERVER) return this.#shares.take(userId);
    return this.#length < 2 * READ_SHARES.total ? () => undefined : undefined;
  }

  /** The read that is running continues to its end: SQLite cannot be interrupted here. */
  #cancel(entry: Entry): void {
    const ofUser = this.#waiting.get(entry.userId) ?? [];
    const left = ofUser.filter((each) => each !== entry);
    if (left.length === ofUser.length) return;
    if (left.length > 0) this.#waiting.set(entry.userId, left);
    else this.#waiting.delete(entry.userId);
    entry.leave();
    this.#counters.cancelled++;
    entry.done.reject(new VigieError('unavailable', 'the caller no longer waits for this'));
  }

  /** Takes a read of the user whose turn it is, and moves that user to the end. */
  #next(): Entry | undefined {
    const [turn] = this.#waiting;
    if (!turn) return undefined;
    const [userId, [entry, ...left]] = turn;
    this.#waiting.delete(userId);
    if (left.length > 0) this.#waiting.set(userId, left);
    entry?.leave();
    return entry;
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let entry = this.#next(); entry; entry = this.#next()) {
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
