/**
 * All live pictures of a page. Elements `watch` a camera and get a feed; one transport carries all of them, and when another
 * replaces it, the feeds move over. A watched feed that gets no video has a fallback.
 *
 * Invariant: a feed keeps its old consumer until the next one is there, so the last picture stays on the screen.
 */

import { monotonicMs } from '../clock.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { CameraDirectory } from './camera-directory.ts';
import type { CameraFeed } from './camera-feed.ts';
import { combinedView, type ElementView } from './element-view.ts';
import type { FiguresDirectory } from './figures-directory.ts';
import { FeedAttachment } from './feed-attachment.ts';
import { LiveTransport } from './live-transport.ts';
import { PictureFallback } from './picture-fallback.ts';
import type { PictureQualityChoice } from './picture-quality.ts';
import { TransportKeeper } from './transport-keeper.ts';

interface Watched {
  attachment: FeedAttachment;
  fallback: PictureFallback;
  /** The elements that show it, and how. */
  watchers: Map<object, ElementView>;
  linger: ReturnType<typeof setTimeout> | undefined;
  /** How often in a row the picture froze without a known reason, and when the last remedy was tried. */
  stalls: number;
  stalledAtMs: number;
}

/** A camera that is no longer shown is paused after this: changing pages costs no new keyframe. */
const PAUSE_AFTER_MS = 1_000;
/** This many cameras are kept ready, paused, which costs the server nothing; watched ones come first. */
const MAX_READY = 16;
const PREPARE_AFTER_MS = 500;
const STALL_INTERVAL_MS = 8_000;
const FALLBACK_INTERVAL_MS = 500;

export class LiveReceiver {
  readonly #signaling: SignalingClient;
  readonly #directory: CameraDirectory;
  readonly #quality: PictureQualityChoice;
  readonly #figures: FiguresDirectory;
  readonly #watched = new Map<string, Watched>();
  readonly #transport: TransportKeeper;
  readonly #unsubscribe: (() => void)[];
  #hidden = false;
  #preparation: ReturnType<typeof setTimeout> | undefined;

  constructor(
    signaling: SignalingClient,
    directory: CameraDirectory,
    quality: PictureQualityChoice,
    figures: FiguresDirectory,
  ) {
    this.#signaling = signaling;
    this.#quality = quality;
    this.#figures = figures;
    this.#directory = directory;
    this.#transport = new TransportKeeper(
      signaling,
      () => LiveTransport.open(signaling),
      (next) => Promise.all([...this.#watched.values()].map(({ attachment }) => attachment.attach(next))),
    );
    const timer = setInterval(() => this.#updateFallbacks(), FALLBACK_INTERVAL_MS);
    this.#unsubscribe = [
      () => clearInterval(timer),
      this.#transport.on('full', (watching) => this.#onFull(watching)),
      signaling.on('consumerClosed', ({ consumerId, reason }) => {
        const watched = this.#withConsumer(consumerId);
        if (reason !== 'transportClosed') watched?.attachment.detach(true);
      }),
      signaling.on('cameraStatus', ({ cameraId }) => this.#attach(this.#watched.get(cameraId))),
      signaling.on('cameras', ({ cameras }) => {
        for (const { id } of cameras) this.#attach(this.#watched.get(id));
        clearTimeout(this.#preparation);
        this.#preparation = setTimeout(() => this.#prepare(cameras), PREPARE_AFTER_MS);
      }),
    ];
  }

  /** Makes the transport before the first camera is watched, so that the first picture does not wait for it. */
  warm(): void {
    this.#transport.want();
  }

  /** @param element that shows it from now on; call it again when its view changes @returns the camera's feed */
  watch(cameraId: string, element: object, view: ElementView): CameraFeed {
    const watched = this.#watched.get(cameraId) ?? this.#add(cameraId);
    const isWatching = watched.watchers.has(element);
    watched.watchers.set(element, view);
    this.#applyViews(watched);
    if (isWatching) return watched.attachment.feed;
    clearTimeout(watched.linger);
    if (!watched.attachment.feed.consumer) watched.attachment.feed.setFull(this.#transport.watchingWhenFull);
    this.warm();
    this.#attach(watched);
    this.#updateFallback(watched);
    return watched.attachment.feed;
  }

  release(feed: CameraFeed, element: object): void {
    const watched = this.#watched.get(feed.cameraId);
    if (watched?.attachment.feed !== feed || !watched.watchers.delete(element)) return;
    if (watched.watchers.size > 0) return this.#applyViews(watched);
    watched.linger = setTimeout(() => {
      watched.attachment.pauseWanted = true;
    }, PAUSE_AFTER_MS);
  }

  /** Nothing is sent to a hidden page, except a picture in a separate window. */
  set hidden(hidden: boolean) {
    this.#hidden = hidden;
    for (const watched of this.#watched.values()) this.#applyViews(watched);
  }

  /** The path to the server may have changed. */
  networkChanged(): void {
    this.#transport.networkChanged();
  }

  /** Whether the server and this feed's source reach us. */
  reaches({ source }: CameraFeed): boolean {
    return this.#signaling.state === 'open' && (source?.kind === 'pictures' || this.#transport.connected);
  }

  /** Why there can be no picture, as far as it is known: the browser has no supported WebRTC, or no path was found. */
  get problem(): 'unsupported' | 'noPath' | null {
    if (!this.#transport.supported) return 'unsupported';
    const searching = this.#signaling.state === 'open' && !this.#transport.connected;
    return searching ? 'noPath' : null;
  }

  /** Called by an element: the feed's frames are being presented. */
  reportLive(feed: CameraFeed, last: { atMs: number; intervalMs: number }): void {
    const watched = this.#watched.get(feed.cameraId);
    if (!watched || feed.source?.kind !== 'video') return;
    watched.stalls = 0;
    watched.fallback.presented(last);
  }

  /** Called by an element: the camera is online, but no picture arrives. Its consumer is renewed first, then everything. */
  reportStalled(feed: CameraFeed): void {
    const watched = this.#watched.get(feed.cameraId);
    const nowMs = monotonicMs();
    if (!watched || this.#signaling.state !== 'open' || !this.#transport.connected) return;
    if (!this.#isVisible(watched)) return;
    if (!feed.consumer || feed.watchingWhenFull !== null || watched.fallback.isVideoPaused) return;
    if (nowMs - watched.stalledAtMs < STALL_INTERVAL_MS) return;
    watched.stalledAtMs = nowMs;
    if (++watched.stalls % 3 === 0) this.#transport.rebuild();
    else void watched.attachment.reattach();
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#preparation);
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    for (const watched of this.#watched.values()) this.#forget(watched);
    this.#transport.close();
  }

  #updateFallbacks(): void {
    for (const watched of this.#watched.values()) this.#updateFallback(watched);
  }

  #applyViews(watched: Watched): void {
    const { attachment, watchers } = watched;
    const view = combinedView(watchers.values());
    if (!view) return;
    attachment.view = view;
    attachment.pauseWanted = !this.#isVisible(watched);
  }

  #isVisible({ watchers }: Watched): boolean {
    const view = combinedView(watchers.values());
    return view !== undefined && (view.isApart || !this.#hidden);
  }

  #updateFallback(watched: Watched): void {
    const { attachment, fallback } = watched;
    const camera = this.#directory.find(attachment.feed.cameraId);
    const isStalled = camera?.status === 'stalled';
    const hasPicture = isStalled || camera?.status === 'online';
    void fallback.update({
      wanted: this.#isVisible(watched) && this.#signaling.state === 'open' && hasPicture,
      quietMs: isStalled ? Infinity : (camera?.staleAfterMs ?? 0),
      supported: this.#transport.supported,
      searchingSinceMs: this.#transport.searchingSinceMs,
      estimateBps: this.#figures.estimateBps(this.#transport.usable?.id),
    });
  }

  /** A click then needs no path, handshake or decoder, only a keyframe. */
  #prepare(cameras: readonly { id: string }[]): void {
    const known = new Set(cameras.map(({ id }) => id));
    for (const [id, watched] of this.#watched) {
      if (watched.watchers.size === 0 && !known.has(id)) this.#forget(watched);
    }
    for (const id of known) {
      if (this.#watched.size >= MAX_READY) return;
      if (this.#watched.has(id)) continue;
      const watched = this.#add(id);
      watched.attachment.pauseWanted = true;
      this.#attach(watched);
    }
  }

  #add(cameraId: string): Watched {
    const attachment = new FeedAttachment(cameraId);
    const watched = {
      attachment,
      fallback: new PictureFallback({
        feed: attachment.feed,
        signaling: this.#signaling,
        quality: this.#quality,
        onDenied: () => attachment.detach(true),
        onVideo: (video) => (attachment.videoWanted = video),
      }),
      watchers: new Map(),
      linger: undefined,
      stalls: 0,
      stalledAtMs: 0,
    };
    this.#watched.set(cameraId, watched);
    return watched;
  }

  #forget(watched: Watched): void {
    clearTimeout(watched.linger);
    this.#watched.delete(watched.attachment.feed.cameraId);
    watched.fallback.close();
    watched.attachment.close();
  }

  #withConsumer(consumerId: string): Watched | undefined {
    return [...this.#watched.values()].find(({ attachment }) => attachment.feed.consumer?.id === consumerId);
  }

  #attach(watched: Watched | undefined): void {
    const { usable } = this.#transport;
    if (!watched || !usable) return;
    // Consumed once it is switched on: the server then sends a status.
    if (this.#directory.find(watched.attachment.feed.cameraId)?.status === 'off') return;
    void watched.attachment.attach(usable);
  }

  #onFull(watching: number | null): void {
    for (const { attachment } of this.#watched.values())
      if (!attachment.feed.consumer) attachment.feed.setFull(watching);
  }
}
