/** All open MJPEG streams: bounded per user and in total; a stream ends with its right, camera or session. */

import type { ServerResponse } from 'node:http';
import type { Identity } from '../accounts/sessions.ts';
import type { Capacity } from '../core/capacity.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import { MjpegStream } from './mjpeg-stream.ts';
import { SendQueues } from '../net/send-queues.ts';
import { UserShares } from '../http/user-shares.ts';

/** Browsers open at most six connections to a server, and a page needs some of them. */
export const MJPEG_SHARES = { total: 256, perUser: 8 };
const REVIEW_INTERVAL_MS = 60_000;

export interface MjpegStreamsOptions {
  frames: CameraFrames;
  mayWatch: (userId: string, cameraId: string) => boolean;
  /** Whether a sign-in is good still. Its end is told by `endSession`, unless it comes by time alone. */
  isSignedIn: (sessionId: string) => boolean;
  capacity: Capacity;
  dates?: Dates;
  reviewIntervalMs?: number;
}

export class MjpegStreams {
  readonly #options: MjpegStreamsOptions;
  readonly #streams = new Map<MjpegStream, Pick<Identity, 'userId' | 'sessionId'>>();
  readonly #shares = new UserShares({
    ...MJPEG_SHARES,
    refusal: `one user has at most ${MJPEG_SHARES.perUser} of these streams at once: close one first`,
  });
  readonly #queues = new SendQueues();
  readonly #closed = { sent: 0, passedOver: 0 };
  readonly #reviews: NodeJS.Timeout;

  constructor(options: MjpegStreamsOptions) {
    this.#options = options;
    this.#reviews = setInterval(() => this.#review(), options.reviewIntervalMs ?? REVIEW_INTERVAL_MS);
  }

  /** Totals of all streams, closed ones included. */
  get counters(): { open: number; sent: number; passedOver: number } {
    let { sent, passedOver } = this.#closed;
    for (const { counters } of this.#streams.keys()) {
      sent += counters.sent;
      passedOver += counters.passedOver;
    }
    return { open: this.#streams.size, sent, passedOver };
  }

  /** The caller has checked the right. @throws VigieError `tooManyRequests`, `full` */
  open(who: Identity, cameraId: string, maxFps: number | undefined, response: ServerResponse): void {
    // A refusal below ends the response too, which releases the place.
    response.once('close', this.#shares.enter(who.userId, response));
    const { frames, capacity, dates } = this.#options;
    const endStream = capacity.open({ userId: who.userId }, cameraId);
    const stream = new MjpegStream({
      response,
      cameraId,
      maxFps,
      frames,
      queues: this.#queues,
      ...(dates && { dates }),
    });
    this.#streams.set(stream, who);
    response.once('close', () => {
      stream.close();
      endStream();
      this.#streams.delete(stream);
      this.#closed.sent += stream.counters.sent;
      this.#closed.passedOver += stream.counters.passedOver;
    });
  }

  /** Applies changed rights or cameras. @param userId the user concerned; undefined: all users */
  refreshAccess(userId?: string): void {
    this.#closeIf(
      (stream, who) =>
        (userId === undefined || who.userId === userId) &&
        !this.#options.mayWatch(who.userId, stream.cameraId),
    );
  }

  endSession(sessionId: string): void {
    this.#closeIf((_stream, who) => who.sessionId === sessionId);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#reviews);
    this.#closeIf(() => true);
  }

  /** A stream lasts as long as the right behind it, however long ago its token has expired. */
  #review(): void {
    this.refreshAccess();
    this.#closeIf((_stream, who) => !this.#options.isSignedIn(who.sessionId));
  }

  #closeIf(condition: (stream: MjpegStream, who: Pick<Identity, 'userId' | 'sessionId'>) => boolean): void {
    for (const [stream, who] of this.#streams) if (condition(stream, who)) stream.close();
  }
}
