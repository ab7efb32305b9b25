/**
 * Thumbnails of cameras' frames. The codec process handles the pixels; this is the queue and the cache.
 *
 * Invariants: one is made at a time; per camera and width at most one waits, for the newest requested frame; requests
 * for the same thumbnail share one. The queue is bounded, and refusals are counted.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';

const MAX_WAITING = 32;
const MAX_CACHED = 64;

/** Scales a camera's frame down; main connects it. */
export interface FrameScaler {
  /**
   * @param width in pixels
   * @throws Error whose message says why it failed; it settles within seconds
   */
  scaleFrame(frame: CameraFrame, width: number): Promise<Uint8Array>;
}

interface Job {
  key: string;
  frame: CameraFrame;
  width: number;
  done: PromiseWithResolvers<Uint8Array>;
}

export class Thumbnails {
  readonly #scaler: FrameScaler;
  readonly #log: Log;
  readonly #waiting = new Map<string, Job>();
  readonly #cache = new RecentlyUsed<string, { receivedUs: number; jpeg: Uint8Array }>(MAX_CACHED);
  readonly #counters = { made: 0, failed: 0, refused: 0, replaced: 0 };
  #current: Job | undefined;
  #closed = false;

  constructor(scaler: FrameScaler, log: Log) {
    this.#scaler = scaler;
    this.#log = log.child({ component: 'api' });
  }

  /** `replaced`: requests whose frame was replaced by a newer one while they waited. */
  get counters(): Readonly<{ made: number; failed: number; refused: number; replaced: number }> {
    return this.#counters;
  }

  /**
   * @param width in pixels, less than the frame's
   * @returns a JPEG of this frame, or of a newer one of the same camera
   * @throws VigieError `unavailable` when too many are waiting, or it cannot be made
   */
  async of(frame: CameraFrame, width: number): Promise<Uint8Array> {
    const key = `${frame.cameraId} ${width}`;
    const cached = this.#cache.get(key);
    if (cached?.receivedUs === frame.receivedUs) return cached.jpeg;
    if (this.#current?.key === key && this.#current.frame === frame) return this.#current.done.promise;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      if (waiting.frame !== frame) this.#counters.replaced++;
      waiting.frame = frame;
      return waiting.done.promise;
    }
    if (this.#closed) throw stopping();
    if (this.#waiting.size >= MAX_WAITING) {
      this.#counters.refused++;
      throw new VigieError('unavailable', 'too many thumbnails are requested at once; try again', {
        retryAfterSeconds: 1,
      });
    }
    const job = { key, frame, width, done: Promise.withResolvers<Uint8Array>() };
    this.#waiting.set(key, job);
    this.#next();
    return job.done.promise;
  }

  /** Drops the camera's cached pictures. */
  removeCamera(cameraId: string): void {
    this.#cache.deleteIf((key) => key.startsWith(`${cameraId} `));
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const job of this.#waiting.values()) job.done.reject(stopping());
    this.#waiting.clear();
    this.#current?.done.reject(stopping());
    this.#current = undefined;
  }

  #next(): void {
    if (this.#current || this.#closed) return;
    const [job] = this.#waiting.values();
    if (!job) return;
    this.#waiting.delete(job.key);
    this.#current = job;
    void this.#make(job);
  }

  async #make({ key, frame, width, done }: Job): Promise<void> {
    try {
      const jpeg = await this.#scaler.scaleFrame(frame, width);
      this.#counters.made++;
      this.#cache.set(key, { receivedUs: frame.receivedUs, jpeg });
      done.resolve(jpeg);
    } catch (error) {
      this.#counters.failed++;
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.#log.warn({ cameraId: frame.cameraId, reason }, 'failed to make a thumbnail');
      done.reject(
        new VigieError('unavailable', 'the picture cannot be scaled down; request it in full size'),
      );
    }
    this.#current = undefined;
    this.#next();
  }
}

function stopping(): VigieError {
  return new VigieError('unavailable', 'the server is stopping');
}
