/**
 * Status, age and words of a camera's picture, read from the server's word and from the frames presented; it also tells the
 * receiver whether frames arrive.
 */

import { monotonicMs } from '../clock.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import type { CameraFeed } from './camera-feed.ts';
import { cameraStatus, type ShownStatus } from './camera-status.ts';
import type { LiveConnection } from './live-connection.ts';
import type { PresentedFrames } from './presented-frames.ts';
import { pictureAge, statusText, type StatusText } from './status-text.ts';

export interface Readout {
  status: ShownStatus;
  /** Undefined: there is nothing to say. */
  age: string | undefined;
  words: StatusText;
}

/** This long without a picture of a camera that is online, and the receiver is asked to do something about it. */
const STALLED_AFTER_MS = 5_000;

export class CameraReadout {
  readonly #connection: LiveConnection;
  readonly #feed: CameraFeed;
  readonly #frames: PresentedFrames;
  #isConnecting = false;
  #connectingSinceMs = monotonicMs();

  constructor(connection: LiveConnection, feed: CameraFeed, frames: PresentedFrames) {
    this.#connection = connection;
    this.#feed = feed;
    this.#frames = frames;
  }

  /** Call it about twice a second, and when something has changed. */
  read(time: ShownTime): Readout {
    const { cameras, receiver, clock } = this.#connection;
    const nowMs = monotonicMs();
    const camera = cameras.find(this.#feed.cameraId);
    const missing = cameras.all !== null && !camera;
    const { last, newPictureAtMs } = this.#frames;
    const connected = receiver.reaches(this.#feed);
    const status = missing ? 'offline' : cameraStatus({ camera, connected, newPictureAtMs, nowMs });
    this.#report(status, nowMs);
    if (status === 'live' && last) receiver.reportLive(this.#feed, last);
    const serverNowMs = clock.nowMs();
    return {
      status,
      age: pictureAge(status, camera, serverNowMs),
      words: statusText({
        status,
        missing,
        camera,
        time,
        nowMs: serverNowMs,
        connectingForMs: nowMs - this.#connectingSinceMs,
        problem: receiver.problem,
        watchingWhenFull: this.#feed.watchingWhenFull,
      }),
    };
  }

  #report(status: ShownStatus, nowMs: number): void {
    const isConnecting = status === 'connecting';
    if (!isConnecting || !this.#isConnecting) this.#connectingSinceMs = nowMs;
    else if (nowMs - this.#connectingSinceMs > STALLED_AFTER_MS)
      this.#connection.receiver.reportStalled(this.#feed);
    this.#isConnecting = isConnecting;
  }
}
