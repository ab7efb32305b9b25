/**
 * A backup that an administrator is uploading. There is room for one at a time (restores.ts), so a newer upload of the same
 * administrator, whose first connection may be dead, replaces it, and so does any other one if it arrives too slowly.
 *
 * Invariant: it is replaced at once, also while nothing arrives.
 */

import { VigieError } from '../errors.ts';

/** After a minute, any newer upload replaces an upload that is slower: at this rate 2 GB take nine hours. */
const SLOW_BYTES_PER_S = 64 * 1024;
const SLOW_AFTER_S = 60;

export class ArrivingBackup {
  readonly #userId: string;
  readonly #nowMs: () => number;
  readonly #beganMs: number;
  readonly #ended = Promise.withResolvers<void>();
  #bytes = 0;
  #replaced: VigieError | undefined;
  /** Ends the wait for the next piece. */
  #stopWaiting: ((error: VigieError) => void) | undefined;

  /** @param nowMs monotonic */
  constructor(userId: string, nowMs: () => number) {
    this.#userId = userId;
    this.#nowMs = nowMs;
    this.#beganMs = nowMs();
  }

  givesWayTo(userId: string): boolean {
    if (userId === this.#userId) return true;
    const seconds = (this.#nowMs() - this.#beganMs) / 1000;
    return seconds >= SLOW_AFTER_S && this.#bytes < SLOW_BYTES_PER_S * seconds;
  }

  /** @returns once its place is free */
  giveWay(): Promise<void> {
    this.#replaced ??= new VigieError('conflict', 'a newer upload has replaced this one');
    this.#stopWaiting?.(this.#replaced);
    return this.#ended.promise;
  }

  /** Its place is free. */
  end(): void {
    this.#ended.resolve();
  }

  /** @throws VigieError `conflict` once it is replaced; the error that ends `source` early */
  async *pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        if (this.#replaced) throw this.#replaced;
        const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array, unknown>>();
        this.#stopWaiting = reject;
        iterator.next().then(resolve, reject);
        const next = await promise;
        if (next.done === true) return;
        this.#bytes += next.value.length;
        yield next.value;
      }
    } finally {
      // It may wait for a piece that never arrives.
      iterator.return?.().catch(() => undefined);
    }
  }
}
