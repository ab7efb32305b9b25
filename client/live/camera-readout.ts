/**
 * Status, age and texts of a camera's picture, and the sign that the connection limits it, derived from the server's messages and
 * the presented frames; it also reports to the receiver whether frames arrive.
 */

import { monotonicMs } from '../clock.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import type { CameraFeed } from './camera-feed.ts';
import { cameraStatus, type ShownStatus } from './camera-status.ts';
import type { LiveConnection } from './live-connection.ts';
import type { PresentedFrames } from './presented-frames.ts';
import { isLimitedByLine, LimitSign, limitWords, type LimitWords } from './limit-sign.ts';
import { pictureAge, statusText, unheardAge, type StatusText } from './status-text.ts';

export interface Readout {
  status: ShownStatus;
  /** Undefined: no text. */
  age: string | undefined;
  words: StatusText;
  /** Undefined: the connection does not limit the picture. */
  limit: LimitWords | undefined;
  /** Nothing comes before the user has signed in. */
  isSignedOut: boolean;
}

/** Pixels: of the video, and of the element on the screen. */
export interface PictureWidths {
  videoWidth: number;
  shownWidth: number;
}

/** After this long without a picture of a camera that is online, the receiver is asked for a remedy. */
const STALLED_AFTER_MS = 5_000;

export class CameraReadout {
  readonly #connection: LiveConnection;
  readonly #feed: CameraFeed;
  readonly #frames: PresentedFrames;
  readonly #sign = new LimitSign();
  #isConnecting = false;
  #connectingSinceMs = monotonicMs();

  constructor(connection: LiveConnection, feed: CameraFeed, frames: PresentedFrames) {
    this.#connection = connection;
    this.#feed = feed;
    this.#frames = frames;
  }

  /** Call it about twice a second, and when something has changed. */
  read(time: ShownTime, widths: PictureWidths): Readout {
    const { cameras, receiver, clock, away } = this.#connection;
    const nowMs = monotonicMs();
    const camera = cameras.find(this.#feed.cameraId);
    const missing = cameras.all !== null && !camera;
    const { last, newPictureAtMs } = this.#frames;
    const connected = receiver.reaches(this.#feed);
    const status = missing ? 'offline' : cameraStatus({ camera, connected, newPictureAtMs, nowMs });
    this.#report(status, nowMs);
    if (status === 'live' && last) receiver.reportLive(this.#feed, last);
    const serverNowMs = clock.nowMs();
    const isSignedOut = this.#connection.signaling.state === 'stopped';
    return {
      status,
      isSignedOut,
      limit: status === 'live' ? this.#limit(widths, nowMs) : undefined,
      age:
        away.isAway && status === 'connecting'
          ? unheardAge(newPictureAtMs, nowMs)
          : pictureAge(status, camera, serverNowMs),
      words: statusText({
        status,
        missing,
        isSignedOut,
        isServerAway: away.isAway,
        camera,
        time,
        nowMs: serverNowMs,
        connectingForMs: nowMs - this.#connectingSinceMs,
        problem: receiver.problem,
        watchingWhenFull: this.#feed.watchingWhenFull,
      }),
    };
  }

  #limit({ videoWidth, shownWidth }: PictureWidths, nowMs: number): LimitWords | undefined {
    const { source, consumer } = this.#feed;
    const figures = source?.kind === 'video' ? this.#connection.figures.of(consumer?.id) : undefined;
    const isLimited = figures !== undefined && isLimitedByLine(figures.consumer, videoWidth, shownWidth);
    if (!this.#sign.update(isLimited, nowMs)) return undefined;
    return limitWords(figures?.line.estimateBps ?? null);
  }

  #report(status: ShownStatus, nowMs: number): void {
    const isConnecting = status === 'connecting';
    if (!isConnecting || !this.#isConnecting) this.#connectingSinceMs = nowMs;
    else if (nowMs - this.#connectingSinceMs > STALLED_AFTER_MS)
      this.#connection.receiver.reportStalled(this.#feed);
    this.#isConnecting = isConnecting;
  }
}
