/**
 * Thumbnails of cameras' frames. The codec process handles the pixels; this is the queue and the cache.
 *
 * Invariants: one is made at a time; per camera and width at most one waits, for the newest requested frame; requests for the
 * same thumbnail share one. A picture in work while its camera is switched off or removed is neither cached nor sent. Users take
 * turns, so many requests of one user delay only that user. The queue is bounded, and refusals are counted.
 */

import { switchedOff, type CameraFrame } from '../core/video/camera-frame.ts';
import { FairQueue } from '../core/fair-queue.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';

/** By user; the same thumbnail for two users waits in the turns of both, and is made with the first. */
export const THUMBNAIL_QUEUE = { total: 32, perKey: 24 };
const MAX_CACHED = 64;

/** Scales a camera's frame down. */
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
  /** The users in whose turns it waits. */
  users: Set<string>;
  /** Its camera was switched off or removed. */
  isDropped: boolean;
}

/** The user that thumbnails of events count for. */
const SERVER = '';

export class Thumbnails {
  readonly #scaler: FrameScaler;
  readonly #log: Log;
  readonly #waiting = new Map<string, Job>();
  readonly #turns = new FairQueue<{ job: Job; userId: string }>(THUMBNAIL_QUEUE);
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
   * @param userId who asks
   * @returns a JPEG of this frame, or of a newer one of the same camera
   * @throws VigieError `unavailable` when too many are waiting, or it cannot be made
   */
  async of(frame: CameraFrame, width: number, userId = SERVER): Promise<Uint8Array> {
    const key = `${frame.cameraId} ${width}`;
    const cached = this.#cache.get(key);
    if (cached?.receivedUs === frame.receivedUs) return cached.jpeg;
    if (this.#current?.key === key && this.#current.frame === frame) return this.#current.done.promise;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      if (waiting.frame !== frame) this.#counters.replaced++;
      waiting.frame = frame;
      if (!waiting.users.has(userId) && this.#turns.hasRoom(userId)) this.#queue(waiting, userId);
      return waiting.done.promise;
    }
    if (this.#closed) throw stopping();
    if (!this.#turns.hasRoom(userId)) throw this.#refusal();
    const done = Promise.withResolvers<Uint8Array>();
    const job = { key, frame, width, done, users: new Set<string>(), isDropped: false };
    this.#waiting.set(key, job);
    this.#queue(job, userId);
    this.#next();
    return job.done.promise;
  }

  switchCamera(cameraId: string, off: boolean): void {
    if (off) this.#drop(cameraId, switchedOff());
  }

  /** Drops the camera's pictures: cached, waiting and in work. */
  removeCamera(cameraId: string): void {
    this.#drop(cameraId, new VigieError('notFound', 'there is no such camera'));
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const job of this.#waiting.values()) job.done.reject(stopping());
    this.#waiting.clear();
    this.#current?.done.reject(stopping());
    this.#current = undefined;
  }

  #drop(cameraId: string, error: VigieError): void {
    this.#cache.deleteIf((key) => key.startsWith(`${cameraId} `));
    for (const job of [this.#current, ...this.#waiting.values()]) {
      if (job?.frame.cameraId !== cameraId) continue;
      this.#waiting.delete(job.key);
      job.isDropped = true;
      job.done.reject(error);
    }
  }

  #next(): void {
    if (this.#current || this.#closed) return;
    const job = this.#shift();
    if (!job) return;
    this.#waiting.delete(job.key);
    this.#current = job;
    void this.#make(job);
  }

  #queue(job: Job, userId: string): void {
    job.users.add(userId);
    const dropped = this.#turns.push(userId, { job, userId });
    if (!dropped) return;
    dropped.job.users.delete(dropped.userId);
    if (dropped.job.users.size > 0 || this.#waiting.get(dropped.job.key) !== dropped.job) return;
    this.#waiting.delete(dropped.job.key);
    dropped.job.done.reject(this.#refusal());
  }

  /** @returns the next one that was not made in another user's turn */
  #shift(): Job | undefined {
    for (let next = this.#turns.shift(); next; next = this.#turns.shift())
      if (this.#waiting.get(next.job.key) === next.job) return next.job;
    return undefined;
  }

  #refusal(): VigieError {
    this.#counters.refused++;
    return new VigieError('unavailable', 'too many thumbnails are requested at once; try again', {
      retryAfterSeconds: 1,
    });
  }

  async #make(job: Job): Promise<void> {
    const { key, frame, width, done } = job;
    try {
      const jpeg = await this.#scaler.scaleFrame(frame, width);
      this.#counters.made++;
      if (!job.isDropped) this.#cache.set(key, { receivedUs: frame.receivedUs, jpeg });
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
