/**
 * Queue of writes. One batch at a time goes to the writer, which writes it in one transaction; while another process
 * locks the database, or the writer restarts, everything else waits here in order.
 *
 * Invariants: at most `capacity` writes wait; when it is full the oldest `state` is dropped, and without one the new
 * write is refused; an accepted `record` is given up only after the writer died of it several times, or at shutdown; an
 * `action` whose caller got `unavailable` because of a lock is never written.
 */

import { monotonicMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { StoreCall, WriteKind } from './work.ts';

export type WriteOutcome = { value: unknown } | { error: Error };

/** Writes a batch: the thread in the server, a function in tests. */
export interface Writer {
  /**
   * @returns the outcomes in order, once all successful writes are committed; `locked` when another process kept the
   * database locked for a while and nothing was written
   * @throws when the writer died: it is unknown what was written
   */
  write(calls: readonly StoreCall[]): Promise<readonly WriteOutcome[] | 'locked'>;
}

export interface WriteQueueOptions {
  writer: Writer;
  /** Called once for each lost write. */
  onLost: (call: StoreCall, error: Error) => void;
  capacity?: number;
  /** Monotonic ms. */
  nowMs?: () => number;
}

interface Entry {
  kind: WriteKind;
  call: StoreCall;
  sinceMs: number;
  /** How often the writer died with it. */
  deaths: number;
  done: PromiseWithResolvers<unknown>;
}

const CAPACITY = 10_000;
/** One transaction: large enough to write a burst at once, small enough to end soon. */
const MAX_BATCH = 200;
/** How long an `action` waits for another process to release the database. */
const ACTION_PATIENCE_MS = 20_000;
const MAX_DEATHS = 3;
/** Written even if the database is lost: a sign-in need not outlast the server, and live video needs sign-ins. */
const FLEETING_STORES: ReadonlySet<string> = new Set(['sessions']);

export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #capacity: number;
  readonly #nowMs: () => number;
  /** In order; each is removed in one step, whatever the length. */
  readonly #waiting = new Set<Entry>();
  /** The droppable writes of `#waiting`, the oldest first. */
  readonly #states = new Set<Entry>();
  #inFlight: readonly Entry[] = [];
  #idle = Promise.withResolvers<void>();
  #closed = false;
  #refusal: string | undefined;
  readonly #counters = { written: 0, failed: 0, dropped: 0, refused: 0, lost: 0, locked: 0, slowestMs: 0 };

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? CAPACITY;
    this.#nowMs = options.nowMs ?? monotonicMs;
    this.#idle.resolve();
  }

  /**
   * `length`: waiting and in progress; `dropped`: dropped states; `refused`: callers that got `unavailable`; `lost`:
   * given up after acceptance; `locked`: batches that met a locked database; `slowestMs`: the longest time from a call
   * to its commit.
   */
  get figures(): Readonly<{ length: number } & Record<'written' | 'failed' | 'dropped' | 'refused', number>> &
    Readonly<Record<'lost' | 'locked' | 'slowestMs', number>> {
    return { length: this.#length, ...this.#counters, slowestMs: Math.round(this.#counters.slowestMs) };
  }

  /** Resolves when nothing waits and nothing is being written. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  /**
   * @throws (rejects) the error of the method; VigieError `unavailable` when it was not, or may not have been, written
   */
  async add(kind: WriteKind, call: StoreCall): Promise<unknown> {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    if (this.#refusal !== undefined && !FLEETING_STORES.has(call.store)) {
      this.#counters.refused++;
      throw new VigieError('unavailable', this.#refusal);
    }
    if (this.#length >= this.#capacity && !this.#makeRoom(kind)) {
      this.#counters.refused++;
      throw new VigieError('unavailable', 'too many writes are waiting; try again in a moment', {
        retryAfterSeconds: 5,
      });
    }
    const entry = { kind, call, sinceMs: this.#nowMs(), deaths: 0, done: Promise.withResolvers<unknown>() };
    if (this.#length === 0) this.#idle = Promise.withResolvers();
    this.#enqueue(entry);
    void this.#pump();
    return entry.done.promise;
  }

  /** Refuses writes while they would be lost. @param detail why; undefined: accept writes again */
  refuse(detail: string | undefined): void {
    this.#refusal = detail;
  }

  /** Accepts nothing further. @returns the number of writes given up */
  abandon(): number {
    this.#closed = true;
    const left = [...this.#inFlight, ...this.#waiting];
    this.#take(this.#waiting.size);
    this.#inFlight = [];
    for (const entry of left) this.#lose(entry, new VigieError('unavailable', 'the server is stopping'));
    this.#idle.resolve();
    return left.length;
  }

  get #length(): number {
    return this.#waiting.size + this.#inFlight.length;
  }

  #enqueue(entry: Entry): void {
    this.#waiting.add(entry);
    if (entry.kind === 'state') this.#states.add(entry);
  }

  /** Removes and returns the first `count` writes. */
  #take(count: number): Entry[] {
    const taken = [...this.#waiting.values().take(count)];
    for (const entry of taken) {
      this.#waiting.delete(entry);
      this.#states.delete(entry);
    }
    return taken;
  }

  /** @returns whether there is room for a write of this kind */
  #makeRoom(kind: WriteKind): boolean {
    const [dropped] = this.#states;
    if (dropped) {
      this.#counters.dropped++;
      this.#waiting.delete(dropped);
      this.#states.delete(dropped);
      dropped.done.reject(new VigieError('unavailable', 'dropped in favour of a more important write'));
    } else if (kind === 'state') {
      this.#counters.dropped++;
    }
    return dropped !== undefined;
  }

  async #pump(): Promise<void> {
    if (this.#inFlight.length > 0) return;
    while (this.#waiting.size > 0) {
      const batch = this.#take(MAX_BATCH);
      this.#inFlight = batch;
      let outcomes: readonly WriteOutcome[] | 'locked' | Error;
      try {
        outcomes = await this.#options.writer.write(batch.map(({ call }) => call));
      } catch (error) {
        outcomes = error instanceof Error ? error : new Error(String(error));
      }
      // Abandoned meanwhile.
      if (this.#inFlight !== batch) return;
      this.#inFlight = [];
      if (outcomes === 'locked') this.#onLocked(batch);
      else if (outcomes instanceof Error) this.#onDeath(batch, outcomes);
      else for (const [index, entry] of batch.entries()) this.#settle(entry, outcomes[index]);
    }
    this.#idle.resolve();
  }

  #settle({ done, sinceMs }: Entry, outcome: WriteOutcome | undefined): void {
    this.#counters.slowestMs = Math.max(this.#counters.slowestMs, this.#nowMs() - sinceMs);
    if (outcome && 'value' in outcome) {
      this.#counters.written++;
      done.resolve(outcome.value);
    } else {
      this.#counters.failed++;
      done.reject(outcome?.error ?? new Error('the writer gave no answer'));
    }
  }

  /** Tried again at once: the writer has already waited for the lock. */
  #onLocked(batch: readonly Entry[]): void {
    this.#counters.locked++;
    const isTooOld = ({ kind, sinceMs }: Entry): boolean =>
      kind === 'action' && this.#nowMs() - sinceMs >= ACTION_PATIENCE_MS;
    const [refused, left] = partition([...batch, ...this.#waiting], isTooOld);
    this.#take(this.#waiting.size);
    for (const entry of left) this.#enqueue(entry);
    for (const { done } of refused) {
      this.#counters.refused++;
      const detail = 'another program keeps the database locked; nothing was changed, try again later';
      done.reject(new VigieError('unavailable', detail, { retryAfterSeconds: 10 }));
    }
  }

  /**
   * It is unknown whether it was written. Records and states can be written twice without harm, so they are tried
   * again; the caller of an action decides.
   */
  #onDeath(batch: readonly Entry[], error: Error): void {
    const again: Entry[] = [];
    for (const entry of batch) {
      entry.deaths++;
      if (entry.kind !== 'action' && entry.deaths < MAX_DEATHS) again.push(entry);
      else this.#lose(entry, error);
    }
    for (const entry of [...again, ...this.#take(this.#waiting.size)]) this.#enqueue(entry);
  }

  #lose({ call, done }: Entry, cause: Error): void {
    this.#counters.lost++;
    this.#options.onLost(call, cause);
    const detail = 'it may not have been written; check, and try again if needed';
    done.reject(new VigieError('unavailable', detail, { cause }));
  }
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}
