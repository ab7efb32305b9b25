/**
 * Gives one feed the slower way while WebRTC brings no picture, and takes it back when WebRTC does. What decides is in
 * picture-way.ts; this gathers the facts and does what was decided.
 *
 * Invariants: a feed is handed over only when the new way really brings pictures, so nothing turns black in between; before that,
 * video is not held back either.
 */

import { monotonicMs } from '../clock.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { CameraFeed } from './camera-feed.ts';
import type { LiveConsumer } from './live-transport.ts';
import type { PictureStream } from './picture-stream.ts';
import { PictureWatch } from './picture-watch.ts';
import { pictureWay, type PictureWay, type WayFacts } from './picture-way.ts';
import { VideoProbes } from './video-probes.ts';

/** Video seen on the screen this short a time ago needs no further proof. */
const UNDOUBTED_MS = 700;
/** With a path that stands, one picture may just have been faster than its video. */
const PROOF_WITH_PATH = 2;
/** Video that came longer ago has paused, unless the camera itself is slower: it says so by what makes it stale. */
const BREAK_MS = 1_000;
const USUAL_QUIET_MS = 2_000;

export interface PictureFallbackOptions {
  feed: CameraFeed;
  signaling: SignalingClient;
  onDenied: () => void;
  /** Video is to be held back, or to flow. */
  onHold: (held: boolean) => void;
}

export class PictureFallback {
  readonly #options: PictureFallbackOptions;
  readonly #feed: CameraFeed;
  readonly #probes = new VideoProbes();
  #way: PictureWay = 'video';
  #watch: PictureWatch | null = null;
  #wantedSinceMs: number | null = null;
  #videoAtMs: number | null = null;
  #picturesSinceMs = 0;
  #steadySinceMs: number | null = null;
  #isHeld = false;
  #frameIntervalMs = 0;
  #hasPath = false;
  #decoded: { consumer: LiveConsumer; frames: number } | null = null;

  constructor(options: PictureFallbackOptions) {
    this.#options = options;
    this.#feed = options.feed;
  }

  /** Video does not come because it is held back. */
  get isHeld(): boolean {
    return this.#isHeld;
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
    this.#judgeSteadiness(nowMs, transport.quietMs);
    this.#take(
      pictureWay({
        nowMs,
        current: this.#way,
        wantedSinceMs: this.#wantedSinceMs,
        videoAtMs: this.#videoAtMs,
        steadySinceMs: this.#steadySinceMs,
        frameIntervalMs: this.#frameIntervalMs,
        full: this.#feed.watchingWhenFull !== null,
        ...transport,
      }),
    );
    this.#hold(this.#probes.isHeld(nowMs, this.#feed.source?.way ?? 'video', this.#hasPath));
  }

  /** Idempotent. */
  close(): void {
    this.#take('video');
    this.#hold(false);
  }

  #hold(held: boolean): void {
    if (held === this.#isHeld) return;
    this.#isHeld = held;
    this.#options.onHold(held);
  }

  #judgeSteadiness(nowMs: number, quietMs = 0): void {
    const breakMs = quietMs > USUAL_QUIET_MS ? quietMs : BREAK_MS;
    const videoAtMs = this.#videoAtMs ?? -Infinity;
    if (videoAtMs <= this.#picturesSinceMs || nowMs - videoAtMs > breakMs) this.#steadySinceMs = null;
    else this.#steadySinceMs ??= videoAtMs;
  }

  #take(way: PictureWay): void {
    if (way === this.#way) return;
    this.#way = way;
    this.#picturesSinceMs = monotonicMs();
    this.#steadySinceMs = null;
    if (way === 'video') {
      this.#feed.setPictures(null);
      this.#watch?.close();
      this.#watch = null;
      return;
    }
    try {
      this.#watch = new PictureWatch({
        cameraId: this.#feed.cameraId,
        signaling: this.#options.signaling,
        onDrawn: (stream) => this.#onDrawn(stream),
        onDenied: this.#options.onDenied,
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
