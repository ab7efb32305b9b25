/**
 * Small pictures of cameras, made in a worker thread.
 *
 * Invariants: one is made at a time; of one camera and width at most one waits, and it is made of the newest frame that was
 * asked for; who asks for the same gets the same. A worker that fails or hangs is replaced, and with nothing to do
 * for a minute it is let go.
 */

import { Worker } from 'node:worker_threads';
import type { CameraFrame } from '../core/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ThumbnailJob, ThumbnailResult } from './thumbnail-worker.ts';

const MAX_WAITING = 32;
const MAX_CACHED = 64;
const JOB_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;
const MAX_HEAP_MB = 256;

interface Job {
  key: string;
  frame: CameraFrame;
  width: number;
  done: PromiseWithResolvers<Uint8Array>;
}

export class Thumbnails {
  readonly #log: Log;
  readonly #waiting = new Map<string, Job>();
  /** By key, the one used longest ago first. */
  readonly #cache = new Map<string, { receivedUs: number; jpeg: Uint8Array }>();
  readonly #counters = { made: 0, failed: 0, refused: 0, replaced: 0 };
  #worker: Worker | undefined;
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(log: Log) {
    this.#log = log.child({ room: 'api' });
  }

  /** `replaced`: asked for of a frame that a newer one took the place of while it waited. */
  get counters(): Readonly<{ made: number; failed: number; refused: number; replaced: number }> {
    return this.#counters;
  }

  /**
   * @param width in pixels, less than the frame's
   * @returns a JPEG of this frame, or of a newer one of the same camera
   * @throws VigieError `unavailable` when too many are wanted at once, or it cannot be made
   */
  async of(frame: CameraFrame, width: number): Promise<Uint8Array> {
    const key = `${frame.cameraId} ${width}`;
    const cached = this.#cache.get(key);
    if (cached?.receivedUs === frame.receivedUs) {
      this.#remember(key, cached);
      return cached.jpeg;
    }
    if (this.#current?.key === key && this.#current.frame === frame) return this.#current.done.promise;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      if (waiting.frame !== frame) this.#counters.replaced++;
      waiting.frame = frame;
      return waiting.done.promise;
    }
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    if (this.#waiting.size >= MAX_WAITING) {
      this.#counters.refused++;
      throw new VigieError('unavailable', 'too many thumbnails are wanted at once; try again', {
        retryAfterSeconds: 1,
      });
    }
    const job = { key, frame, width, done: Promise.withResolvers<Uint8Array>() };
    this.#waiting.set(key, job);
    this.#next();
    return job.done.promise;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.values())
      job.done.reject(new VigieError('unavailable', 'the server is stopping'));
    this.#waiting.clear();
    await this.#letGo('the server is stopping');
  }

  #next(): void {
    if (this.#current || this.#closed) return;
    clearTimeout(this.#timer);
    const [job] = this.#waiting.values();
    if (!job) {
      this.#timer = setTimeout(() => void this.#letGo('idle'), IDLE_TIMEOUT_MS).unref();
      return;
    }
    this.#waiting.delete(job.key);
    this.#current = job;
    this.#timer = setTimeout(() => void this.#letGo('it took too long'), JOB_TIMEOUT_MS);
    this.#worker ??= this.#startWorker();
    // A copy: the frame's buffer is shared with everyone else who looks at it.
    const jpeg = new Uint8Array(job.frame.jpeg);
    this.#worker.postMessage({ jpeg, width: job.width } satisfies ThumbnailJob, [jpeg.buffer]);
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./thumbnail-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.unref();
    worker.on('message', (result: ThumbnailResult) => {
      if ('error' in result) this.#settle(result.error);
      else this.#settle(result.jpeg);
    });
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) void this.#letGo(error.message);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) void this.#letGo('its thread ended');
    });
    return worker;
  }

  /** Ends the worker and fails the job it had, if any; the next job starts another one. */
  async #letGo(reason: string): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    if (this.#current) this.#settle(reason);
    await worker?.terminate();
  }

  #settle(result: Uint8Array | string): void {
    const job = this.#current;
    if (!job) return;
    this.#current = undefined;
    if (typeof result === 'string') {
      this.#counters.failed++;
      this.#log.warn({ cameraId: job.frame.cameraId, detail: result }, 'a thumbnail could not be made');
      job.done.reject(
        new VigieError('unavailable', 'the picture cannot be made smaller; ask for it in full'),
      );
    } else {
      this.#counters.made++;
      this.#remember(job.key, { receivedUs: job.frame.receivedUs, jpeg: result });
      job.done.resolve(result);
    }
    this.#next();
  }

  #remember(key: string, thumbnail: { receivedUs: number; jpeg: Uint8Array }): void {
    this.#cache.delete(key);
    this.#cache.set(key, thumbnail);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED) break;
      this.#cache.delete(oldest);
    }
  }
}
