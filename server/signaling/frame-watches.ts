/**
 * All frame watches of one signaling session, on its one socket.
 *
 * Invariant: with more than MAX_UNSENT_BYTES unsent on the socket no picture is added, so its buffer never holds more
 * than that and one picture, regardless of the number of watches and of how little the viewer reads.
 */

import type { WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import type { Shares } from '../core/shares.ts';
import type { ViewerAllowance } from '../core/viewer-allowance.ts';
import { VigieError } from '../errors.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import { ScaledFrames, type ScaleFrame } from '../core/video/scaled-frames.ts';
import type { Log } from '../log.ts';
import type { SignalingMethods } from '../wire/signaling.ts';
import { FrameWatch } from './frame-watch.ts';

/** As many as the web app keeps ready at once, plus a reserve. */
export const MAX_FRAME_WATCHES = 24;
/** Over all pages and devices. */
export const FRAME_WATCH_SHARES = { total: 1024, perUser: 96 };
const MAX_UNSENT_BYTES = 64 * 1024;

export interface FrameWatchesOptions {
  socket: WebSocket;
  frames: CameraFrames;
  /** If missing, all are sent in full size. */
  scaleFrame?: ScaleFrame | undefined;
  clock: Clock;
  allowance: ViewerAllowance;
  /** For all sessions. */
  frameWatches: Shares;
  log: Log;
}

export class FrameWatches {
  readonly #options: FrameWatchesOptions;
  readonly #watches = new Map<number, FrameWatch>();
  /** By watch: releases the count of its stream. */
  readonly #streams = new Map<number, () => void>();
  readonly #closed = { sent: 0, passedOver: 0 };
  #nextId = 1;

  constructor(options: FrameWatchesOptions) {
    this.#options = options;
  }

  /** Totals of all watches, closed ones included. */
  get counters(): { open: number; sent: number; passedOver: number } {
    let { sent, passedOver } = this.#closed;
    for (const { counters } of this.#watches.values()) {
      sent += counters.sent;
      passedOver += counters.passedOver;
    }
    return { open: this.#watches.size, sent, passedOver };
  }

  /** The caller has checked the right to the camera. @throws VigieError `tooManyRequests`, `full` */
  open({ cameraId, maxFps, width }: SignalingMethods['watchFrames']['request']): FrameWatch {
    if (this.#watches.size >= MAX_FRAME_WATCHES)
      throw new VigieError('tooManyRequests', `a page watches at most ${MAX_FRAME_WATCHES} cameras this way`);
    const { socket, clock } = this.#options;
    const endStream = this.#openStream(cameraId);
    const watch = new FrameWatch({
      id: this.#nextId++,
      cameraId,
      maxFps,
      frames: this.#framesOf(width, maxFps),
      clock,
      mayWrite: () => socket.readyState === socket.OPEN && socket.bufferedAmount <= MAX_UNSENT_BYTES,
      write: (message) => socket.send(message, () => this.#onWritten()),
    });
    this.#watches.set(watch.id, watch);
    this.#streams.set(watch.id, endStream);
    return watch;
  }

  /**
   * @returns false when no sent picture was waiting for this acknowledgement: such a message counts against the rate
   */
  acknowledge(watchId: number, sequence: number): boolean {
    return this.#watches.get(watchId)?.acknowledge(sequence) ?? false;
  }

  /** @throws VigieError `notFound` */
  stop(watchId: number): void {
    const watch = this.#watches.get(watchId);
    if (!watch) throw new VigieError('notFound', 'there is no such watch');
    this.#close(watch);
  }

  /** @param mayWatch called for each camera @returns the ids of the closed watches */
  closeUnless(mayWatch: (cameraId: string) => boolean): number[] {
    const denied = [...this.#watches.values()].filter(({ cameraId }) => !mayWatch(cameraId));
    for (const watch of denied) this.#close(watch);
    return denied.map(({ id }) => id);
  }

  /** Idempotent. */
  close(): void {
    this.closeUnless(() => false);
  }

  /** @returns call it when the watch ends @throws VigieError `tooManyRequests`, `full` */
  #openStream(cameraId: string): () => void {
    const { allowance, frameWatches } = this.#options;
    const giveBack = frameWatches.take(allowance.userId);
    if (!giveBack)
      throw new VigieError(
        'tooManyRequests',
        'too many cameras are watched as single pictures by this user: close a page that shows video',
      );
    try {
      const endStream = allowance.openStream(cameraId);
      return () => {
        endStream();
        giveBack();
      };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  #framesOf(width: number | undefined, maxFps: number | undefined): CameraFrames {
    const { frames, scaleFrame: scale, allowance, log } = this.#options;
    if (width === undefined || !scale) return frames;
    return new ScaledFrames({
      frames,
      scale,
      width,
      maxFps,
      userId: allowance.userId,
      onFailure: (error, cameraId) => log.error({ err: error, cameraId }, 'failed to deliver a scaled frame'),
    });
  }

  /** Room left by one watch goes to the one that has waited longest: each flushes in turn. */
  #onWritten(): void {
    for (const watch of this.#watches.values()) watch.flush();
  }

  #close(watch: FrameWatch): void {
    watch.close();
    this.#watches.delete(watch.id);
    this.#streams.get(watch.id)?.();
    this.#streams.delete(watch.id);
    this.#closed.sent += watch.counters.sent;
    this.#closed.passedOver += watch.counters.passedOver;
  }
}
