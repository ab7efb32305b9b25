/**
 * One thread of the store, as seen from the server's thread: one request at a time, one reply.
 *
 * Invariants: a thread that dies fails its current request, is counted, and is restarted for the next request, but at
 * most once per `RESTART_MS`; an idle thread does not keep the process running.
 */

import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ThreadData } from './thread-messages.ts';

const RESTART_MS = 1_000;
/** Time to close its connection, which may have to move the log into the file. */
const CLOSE_MS = 1_000;
const MAX_HEAP_MB = 256;

export interface StoreThreadOptions {
  /** URL of the worker's module. */
  url: URL;
  data: ThreadData;
  log: Log;
}

export class StoreThread<Request, Reply> {
  readonly #options: StoreThreadOptions;
  readonly #closing = new AbortController();
  #worker: Worker | undefined;
  #question: PromiseWithResolvers<Reply> | undefined;
  #startedAtMs = -Infinity;
  #restarts = 0;
  #starts = 0;

  constructor(options: StoreThreadOptions) {
    this.#options = options;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Call it only after the last reply. @throws (rejects) VigieError `unavailable` when the thread died, or the store is
   * closed
   */
  async ask(request: Request): Promise<Reply> {
    if (this.#question) throw new Error('the store thread takes one request at a time');
    const question = Promise.withResolvers<Reply>();
    this.#question = question;
    try {
      const worker = this.#worker ?? (await this.#start());
      worker.ref();
      worker.postMessage(request, []);
    } catch (error) {
      this.#question = undefined;
      question.reject(error);
    }
    return question.promise;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    const ended = Promise.withResolvers<void>();
    worker.once('exit', () => ended.resolve());
    worker.ref();
    worker.postMessage('close', []);
    await Promise.race([ended.promise, setTimeout(CLOSE_MS, undefined, { ref: false })]);
    await worker.terminate();
    this.#fail(new VigieError('unavailable', 'the server is stopping'));
  }

  async #start(): Promise<Worker> {
    const { signal } = this.#closing;
    const waitMs = this.#startedAtMs + RESTART_MS - monotonicMs();
    if (waitMs > 0 && !signal.aborted) await setTimeout(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new VigieError('unavailable', 'the server is stopping');
    this.#startedAtMs = monotonicMs();
    if (this.#starts++ > 0) this.#restarts++;
    const { url, data } = this.#options;
    const worker = new Worker(url, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.on('message', (reply: Reply) => this.#answer(worker, reply));
    worker.on('error', (error) => this.#onEnd(worker, error));
    worker.on('exit', (code) => this.#onEnd(worker, new Error(`the thread ended with ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #answer(worker: Worker, reply: Reply): void {
    const question = this.#question;
    if (worker !== this.#worker || !question) return;
    this.#question = undefined;
    worker.unref();
    question.resolve(reply);
  }

  #onEnd(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#options.log.error(
      { err: error, thread: this.#options.url.pathname.split('/').at(-1) },
      'store thread died',
    );
    const detail = 'the database failed during this request; try again';
    this.#fail(new VigieError('unavailable', detail, { cause: error }));
  }

  #fail(error: Error): void {
    const question = this.#question;
    this.#question = undefined;
    question?.reject(error);
  }
}
