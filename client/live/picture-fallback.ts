/**
 * Switches one feed to pictures while WebRTC delivers none, and back when it does. source-choice.ts and video-probes.ts decide;
 * this gathers their facts and acts on the decision.
 *
 * Invariants: a feed is switched only once the other source delivers frames, so the picture never turns black; video is not
 * paused before that either; nothing is opened after `close`.
 */

import { monotonicMs } from '../clock.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { CameraFeed } from './camera-feed.ts';
import type { SourceKind } from './live-source.ts';
import type { LiveConsumer } from './live-transport.ts';
import type { PictureStream } from './picture-stream.ts';
import { PictureWatch, type PictureWatchOptions } from './picture-watch.ts';
import { chooseSource, type SourceFacts } from './source-choice.ts';
import { VideoProbes, type VideoWanted } from './video-probes.ts';

/** Video seen on the screen within this time needs no further proof. */
const UNDOUBTED_MS = 700;
/** While a path is connected, the first picture may just have been faster than its video. */
const PROOF_WITH_PATH = 2;
/** Video that arrived longer ago has stopped, unless the camera itself is slower: then `quietMs` is longer. */
const BREAK_MS = 1_000;
const USUAL_QUIET_MS = 2_000;

export interface PictureFallbackOptions {
  feed: CameraFeed;
  signaling: SignalingClient;
  quality: PictureWatchOptions['quality'];
  onDenied: () => void;
  /** Video is to flow, or to be paused, or to be tried at the smallest size. */
  onVideo: (video: VideoWanted) => void;
}

export class PictureFallback {
  readonly #options: PictureFallbackOptions;
  readonly #feed: CameraFeed;
  readonly #probes = new VideoProbes();
  /** The chosen source; pictures are shown only once they arrive. */
  #source: SourceKind = 'video';
  #watch: PictureWatch | null = null;
  #wantedSinceMs: number | null = null;
  #videoAtMs: number | null = null;
  #picturesSinceMs = 0;
  #steadySinceMs: number | null = null;
  #video: VideoWanted = 'flowing';
  #closed = false;
  #frameIntervalMs = 0;
  #hasPath = false;
  #decoded: { consumer: LiveConsumer; frames: number } | null = null;

  constructor(options: PictureFallbackOptions) {
    this.#options = options;
    this.#feed = options.feed;
  }

  /** No video arrives because it is paused here. */
  get isVideoPaused(): boolean {
    return this.#video === 'paused';
  }

  /** Called by an element: a frame of the video was presented. @param atMs as of monotonicMs() */
  presented({ atMs, intervalMs }: { atMs: number; intervalMs: number }): void {
    this.#videoAtMs = Math.max(this.#videoAtMs ?? 0, atMs);
    this.#frameIntervalMs = intervalMs;
  }

  /** Call it about twice a second, and after a change. */
  async update({
    wanted,
    estimateBps = null,
    ...transport
  }: { wanted: boolean; estimateBps?: number | null } & Pick<
    SourceFacts,
    'supported' | 'searchingSinceMs' | 'quietMs'
  >): Promise<void> {
    if (wanted && monotonicMs() - (this.#videoAtMs ?? -Infinity) > UNDOUBTED_MS) await this.#lookForVideo();
    if (this.#closed) return;
    const nowMs = monotonicMs();
    this.#wantedSinceMs = wanted ? (this.#wantedSinceMs ?? nowMs) : null;
    this.#hasPath = transport.supported && transport.searchingSinceMs === null;
    this.#judgeSteadiness(nowMs, transport.quietMs);
    this.#switchTo(
      chooseSource({
        nowMs,
        current: this.#source,
        wantedSinceMs: this.#wantedSinceMs,
        videoAtMs: this.#videoAtMs,
        steadySinceMs: this.#steadySinceMs,
        frameIntervalMs: this.#frameIntervalMs,
        full: this.#feed.watchingWhenFull !== null,
        ...transport,
      }),
    );
    const source = this.#feed.source?.kind ?? 'video';
    this.#setVideo(this.#probes.update(nowMs, source, this.#hasPath, estimateBps));
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#switchTo('video');
    this.#setVideo('flowing');
  }

  #setVideo(video: VideoWanted): void {
    if (video === this.#video) return;
    this.#video = video;
    this.#options.onVideo(video);
  }

  #judgeSteadiness(nowMs: number, quietMs = 0): void {
    const breakMs = quietMs > USUAL_QUIET_MS ? quietMs : BREAK_MS;
    const videoAtMs = this.#videoAtMs ?? -Infinity;
    if (videoAtMs <= this.#picturesSinceMs || nowMs - videoAtMs > breakMs) this.#steadySinceMs = null;
    else this.#steadySinceMs ??= videoAtMs;
  }

  #switchTo(source: SourceKind): void {
    if (source === this.#source) return;
    this.#source = source;
    this.#picturesSinceMs = monotonicMs();
    this.#steadySinceMs = null;
    if (source === 'video') {
      this.#feed.setPictures(null);
      this.#watch?.close();
      this.#watch = null;
      return;
    }
    try {
      this.#watch = new PictureWatch({
        cameraId: this.#feed.cameraId,
        signaling: this.#options.signaling,
        quality: this.#options.quality,
        onDrawn: (stream) => this.#onDrawn(stream),
        onDenied: this.#options.onDenied,
        onFull: (watching) => this.#feed.setFull(watching),
      });
    } catch {
      // A browser that cannot show pictures either keeps waiting for video.
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
