/** All open MJPEG streams: bounded per user and in total. The guard ends a stream with its right, camera or session. */

import type { ServerResponse } from 'node:http';
import type { Identity } from '../accounts/sessions.ts';
import type { Capacity } from '../core/capacity.ts';
import type { Dates } from '../core/site-clock.ts';
import { assertSwitchedOn, type CameraFrames } from '../core/video/camera-frame.ts';
import { MjpegStream } from './mjpeg-stream.ts';
import { SendQueues } from '../net/send-queues.ts';
import { UserShares } from '../http/user-shares.ts';

/** Browsers open at most six connections to a server, and a page needs some of them. */
export const MJPEG_SHARES = { total: 256, perUser: 8 };

export interface MjpegStreamsOptions {
  frames: CameraFrames;
  capacity: Capacity;
  dates?: Dates;
}

export class MjpegStreams {
  readonly #options: MjpegStreamsOptions;
  readonly #streams = new Set<MjpegStream>();
  readonly #shares = new UserShares({
    ...MJPEG_SHARES,
    refusal: `one user has at most ${MJPEG_SHARES.perUser} of these streams at once: close one first`,
  });
  readonly #queues = new SendQueues();
  readonly #closed = { sent: 0, passedOver: 0 };

  constructor(options: MjpegStreamsOptions) {
    this.#options = options;
  }

  /** Totals of all streams, closed ones included. */
  get counters(): { open: number; sent: number; passedOver: number } {
    let { sent, passedOver } = this.#closed;
    for (const { counters } of this.#streams) {
      sent += counters.sent;
      passedOver += counters.passedOver;
    }
    return { open: this.#streams.size, sent, passedOver };
  }

  /** The caller holds the right. @throws VigieError `tooManyRequests`, `full`, `cameraOff` */
  open(
    who: Pick<Identity, 'userId'>,
    cameraId: string,
    maxFps: number | undefined,
    response: ServerResponse,
  ): void {
    // A refusal below ends the response too, which releases the place.
    response.once('close', this.#shares.enter(who.userId, response));
    const { frames, capacity, dates } = this.#options;
    assertSwitchedOn(frames, cameraId);
    const endStream = capacity.open({ userId: who.userId }, cameraId);
    const stream = new MjpegStream({
      response,
      cameraId,
      maxFps,
      frames,
      queues: this.#queues,
      ...(dates && { dates }),
    });
    this.#streams.add(stream);
    response.once('close', () => {
      stream.close();
      endStream();
      this.#streams.delete(stream);
      this.#closed.sent += stream.counters.sent;
      this.#closed.passedOver += stream.counters.passedOver;
    });
  }

  /** The streams of a camera that is switched off end. */
  switchCamera(cameraId: string, off: boolean): void {
    for (const stream of this.#streams) if (off && stream.cameraId === cameraId) stream.close();
  }

  /** Idempotent. */
  close(): void {
    for (const stream of this.#streams) stream.close();
  }
}
