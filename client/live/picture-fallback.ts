/**
 * Gives one feed the slower way while WebRTC brings no picture, and takes it back when WebRTC does. What decides is in
 * picture-way.ts; this gathers the facts and does what was decided.
 *
 * Invariant: a feed is handed over only when the new way really brings pictures, so nothing turns black in between.
 */

import { monotonicMs } from '../clock.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { CameraFeed } from './camera-feed.ts';
import type { LiveConsumer } from './live-transport.ts';
import type { PictureStream } from './picture-stream.ts';
import { PictureWatch } from './picture-watch.ts';
import { pictureWay, type PictureWay, type WayFacts } from './picture-way.ts';

/** Video seen on the screen this short a time ago needs no further proof. */
const UNDOUBTED_MS = 700;
/** With a path that stands, one picture may just have been faster than its video. */
const PROOF_WITH_PATH = 2;

export class PictureFallback {
  readonly #feed: CameraFeed;
  readonly #signaling: SignalingClient;
  readonly #onDenied: () => void;
  #way: PictureWay = 'video';
  #watch: PictureWatch | null = null;
  #wantedSinceMs: number | null = null;
  #videoAtMs: number | null = null;
  #frameIntervalMs = 0;
  #hasPath = false;
  #decoded: { consumer: LiveConsumer; frames: number } | null = null;

  constructor(feed: CameraFeed, signaling: SignalingClient, onDenied: () => void) {
    this.#feed = feed;
    this.#signaling = signaling;
    this.#onDenied = onDenied;
  }

  /** Told by an element: a frame of the video was presented. @param atMs as of monotonicMs() */
  presented({ atMs, intervalMs }: { atMs: number; intervalMs: number }): void {
    this.#videoAtMs = Math.max(this.#videoAtMs ?? 0, atMs);
    this.#frameIntervalMs = intervalMs;
  }

  /** To be called about twice a second, and when something has changed. */
  async update({
    wanted,
    ...transport
  }: { wanted: boolean } & Pick<WayFacts, 'supported' | 'searchingSinceMs' | 'quietMs'>): Promise<void> {
    if (wanted && monotonicMs() - (this.#videoAtMs ?? -Infinity) > UNDOUBTED_MS) await this.#lookForVideo();
    const nowMs = monotonicMs();
    this.#wantedSinceMs = wanted ? (this.#wantedSinceMs ?? nowMs) : null;
    this.#hasPath = transport.supported && transport.searchingSinceMs === null;
    this.#take(
      pictureWay({
        nowMs,
        current: this.#way,
        wantedSinceMs: this.#wantedSinceMs,
        videoAtMs: this.#videoAtMs,
        frameIntervalMs: this.#frameIntervalMs,
        full: this.#feed.watchingWhenFull !== null,
        ...transport,
      }),
    );
  }

  /** Idempotent. */
  close(): void {
    this.#take('video');
  }

  #take(way: PictureWay): void {
    if (way === this.#way) return;
    this.#way = way;
    if (way === 'video') {
      this.#feed.setPictures(null);
      this.#watch?.close();
      this.#watch = null;
      return;
    }
    try {
      this.#watch = new PictureWatch({
        cameraId: this.#feed.cameraId,
        signaling: this.#signaling,
        onDrawn: (stream) => this.#onDrawn(stream),
        onDenied: this.#onDenied,
        onFull: (watching) => this.#feed.setFull(watching),
      });
    } catch {
      // A browser that cannot even do this keeps waiting for video.
    }
  }

  #onDrawn(stream: PictureStream): void {
    if (stream.drawn >= (this.#hasPath ? PROOF_WITH_PATH : 1)) this.#feed.setPictures(stream);
  }

  async #lookForVideo(): Promise<void> {
    const { consumer } = this.#feed;
    const frames = (await consumer?.counters().catch(() => null))?.framesDecoded ?? 0;
    // Frames decoded before the first query may be old.
    if (this.#decoded?.consumer === consumer && frames > this.#decoded.frames)
      this.#videoAtMs = monotonicMs();
    this.#decoded = consumer && { consumer, frames };
  }
}
