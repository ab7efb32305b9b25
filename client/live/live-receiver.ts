/**
 * All live pictures of a page. Elements `watch` a camera and get a feed; the receiver keeps one transport for all of
 * them, and whatever breaks it (server, network, sleep) makes a new one and moves the feeds over. While none brings
 * video, each feed watched has a fallback.
 *
 * Invariant: a feed keeps its old consumer until the next one is there, so the last picture stays on the screen.
 */

import type { SignalingClient } from '../signaling/signaling-client.ts';
import { Backoff } from '../signaling/backoff.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import type { CameraDirectory } from './camera-directory.ts';
import type { CameraFeed } from './camera-feed.ts';
import { FeedAttachment } from './feed-attachment.ts';
import { LiveTransport } from './live-transport.ts';
import { PictureFallback } from './picture-fallback.ts';

interface Watched {
  attachment: FeedAttachment;
  fallback: PictureFallback;
  watchers: number;
  linger: ReturnType<typeof setTimeout> | undefined;
  /** How often in a row the picture stood still although all seemed well, and when that was last acted upon. */
  stalls: number;
  stalledAtMs: number;
}

/** A camera nobody watches any longer is paused after this: going from page to page costs no new keyframe. */
const PAUSE_AFTER_MS = 1_000;
/** So many cameras are kept ready, paused, which costs the server nothing; what is watched goes first. */
const MAX_READY = 16;
const PREPARE_AFTER_MS = 500;
/** How long an ICE restart may take before everything is made anew. */
const ICE_RESTART_TIMEOUT_MS = 4_000;
const STALL_INTERVAL_MS = 8_000;
const FALLBACK_INTERVAL_MS = 500;

export class LiveReceiver {
  readonly #signaling: SignalingClient;
  readonly #directory: CameraDirectory;
  readonly #watched = new Map<string, Watched>();
  readonly #backoff = new Backoff({ baseMs: 500, maxMs: 15_000 });
  readonly #unsubscribe: (() => void)[];
  #transport: LiveTransport | null = null;
  /** The transport was given up and the next one is on its way. */
  #broken = false;
  #opening = false;
  #unsupported = false;
  /** The server had no room for a transport: how many watch. */
  #watchingWhenFull: number | null = null;
  /** Since when a path to the server is sought in vain; null while there is one. */
  #searchingSinceMs: number | null = null;
  #wanted = false;
  #hidden = false;
  #closed = false;
  #recovery: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #preparation: ReturnType<typeof setTimeout> | undefined;

  constructor(signaling: SignalingClient, directory: CameraDirectory) {
    this.#signaling = signaling;
    this.#directory = directory;
    const timer = setInterval(() => this.#updateFallbacks(), FALLBACK_INTERVAL_MS);
    this.#unsubscribe = [
      () => clearInterval(timer),
      signaling.on('state', (state) => state === 'open' && this.#ensureTransport()),
      signaling.on('consumerClosed', ({ consumerId, reason }) => {
        const watched = this.#withConsumer(consumerId);
        if (reason !== 'transportClosed') watched?.attachment.detach(true);
      }),
      signaling.on('transportClosed', ({ transportId }) => {
        if (this.#transport?.id === transportId) this.#rebuild();
      }),
      signaling.on('cameraOnline', ({ cameraId }) => this.#attach(this.#watched.get(cameraId))),
      signaling.on('cameras', ({ cameras }) => {
        for (const { id } of cameras) this.#attach(this.#watched.get(id));
        clearTimeout(this.#preparation);
        this.#preparation = setTimeout(() => this.#prepare(cameras), PREPARE_AFTER_MS);
      }),
    ];
  }

  /** Makes the transport before the first camera is watched, so that the first picture needs not wait for it. */
  warm(): void {
    this.#wanted = true;
    this.#ensureTransport();
  }

  /** @returns the camera's feed; to be given back with `release` */
  watch(cameraId: string): CameraFeed {
    const watched = this.#watched.get(cameraId) ?? this.#add(cameraId);
    watched.watchers++;
    clearTimeout(watched.linger);
    watched.attachment.pauseWanted = this.#hidden;
    if (!watched.attachment.feed.consumer) watched.attachment.feed.setFull(this.#watchingWhenFull);
    this.warm();
    this.#attach(watched);
    this.#updateFallback(watched);
    return watched.attachment.feed;
  }

  release(feed: CameraFeed): void {
    const watched = this.#watched.get(feed.cameraId);
    if (watched?.attachment.feed !== feed || --watched.watchers > 0) return;
    watched.linger = setTimeout(() => {
      watched.attachment.pauseWanted = true;
    }, PAUSE_AFTER_MS);
  }

  /** While nobody looks at the page nothing is sent to it. */
  set hidden(hidden: boolean) {
    this.#hidden = hidden;
    for (const { attachment, watchers } of this.#watched.values()) {
      if (watchers > 0) attachment.pauseWanted = hidden;
    }
  }

  /** The way to the server may be another one now. */
  networkChanged(): void {
    if (this.#transport?.state === 'connected') void this.#restartIce(this.#transport);
  }

  /** Why no picture can come, as far as it is known: the browser has no WebRTC of a kind we know, or no path was found. */
  get problem(): 'unsupported' | 'noPath' | null {
    if (this.#unsupported) return 'unsupported';
    const searching = this.#signaling.state === 'open' && this.#transport?.state !== 'connected';
    return searching ? 'noPath' : null;
  }

  /** Told by an element: what the feed brings is being presented. */
  reportLive(feed: CameraFeed, last: { atMs: number; intervalMs: number }): void {
    const watched = this.#watched.get(feed.cameraId);
    if (!watched || feed.source?.way !== 'video') return;
    watched.stalls = 0;
    watched.fallback.presented(last);
  }

  /** Told by an element: the camera is online, but no picture comes. First its consumer is made anew, then everything. */
  reportStalled(feed: CameraFeed): void {
    const watched = this.#watched.get(feed.cameraId);
    const nowMs = performance.now();
    if (
      !watched ||
      this.#hidden ||
      this.#signaling.state !== 'open' ||
      this.#transport?.state !== 'connected'
    )
      return;
    if (!feed.consumer || feed.watchingWhenFull !== null) return;
    if (nowMs - watched.stalledAtMs < STALL_INTERVAL_MS) return;
    watched.stalledAtMs = nowMs;
    if (++watched.stalls % 3 === 0) this.#rebuild();
    else void watched.attachment.reattach();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#recovery);
    clearTimeout(this.#retry);
    clearTimeout(this.#preparation);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const watched of this.#watched.values()) this.#forget(watched);
    this.#transport?.close();
    this.#transport = null;
  }

  #updateFallbacks(): void {
    for (const watched of this.#watched.values()) this.#updateFallback(watched);
  }

  #updateFallback({ fallback, watchers, attachment }: Watched): void {
    const online = this.#directory.find(attachment.feed.cameraId)?.status === 'online';
    const wanted = watchers > 0 && !this.#hidden && this.#signaling.state === 'open' && online;
    void fallback.update({
      wanted,
      supported: !this.#unsupported,
      searchingSinceMs: this.#searchingSinceMs,
    });
  }

  /** So that a click needs neither path nor handshake nor decoder any more, only a keyframe. */
  #prepare(cameras: readonly { id: string }[]): void {
    const known = new Set(cameras.map(({ id }) => id));
    for (const [id, watched] of this.#watched) {
      if (watched.watchers === 0 && !known.has(id)) this.#forget(watched);
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
      fallback: new PictureFallback(attachment.feed, this.#signaling, () => attachment.detach(true)),
      watchers: 0,
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
    if (watched && this.#transport && !this.#broken && this.#isOfThisConnection(this.#transport)) {
      void watched.attachment.attach(this.#transport);
    }
  }

  #isOfThisConnection(transport: LiveTransport): boolean {
    return transport.epoch === this.#signaling.epoch && this.#signaling.state === 'open';
  }

  #ensureTransport(): void {
    if (this.#closed || !this.#wanted || this.#opening || this.#signaling.state !== 'open') return;
    if (this.#transport && !this.#broken && this.#isOfThisConnection(this.#transport)) return;
    void this.#openTransport();
  }

  async #openTransport(): Promise<void> {
    this.#opening = true;
    clearTimeout(this.#retry);
    try {
      const next = await LiveTransport.open(this.#signaling);
      if (this.#closed || !this.#isOfThisConnection(next)) next.close();
      else this.#adopt(next);
    } catch (error) {
      const watching = SignalingError.watchingWhenFull(error);
      this.#setFull(watching ?? null);
      if (watching === undefined) this.#searchingSinceMs ??= performance.now();
      this.#unsupported = isUnsupported(error);
      // No browser grows WebRTC while it runs.
      if (!this.#unsupported) this.#retry = setTimeout(() => this.#ensureTransport(), this.#backoff.next());
      return;
    } finally {
      this.#opening = false;
    }
    // The connection may have gone and come back meanwhile.
    this.#ensureTransport();
  }

  #setFull(watching: number | null): void {
    this.#watchingWhenFull = watching;
    for (const { attachment } of this.#watched.values())
      if (!attachment.feed.consumer) attachment.feed.setFull(watching);
  }

  #adopt(next: LiveTransport): void {
    this.#setFull(null);
    const old = this.#transport;
    this.#transport = next;
    this.#broken = false;
    next.on('state', (state) => {
      if (this.#transport === next) this.#onTransportState(next, state);
    });
    const moved = [...this.#watched.values()].map(({ attachment }) => attachment.attach(next));
    void Promise.all(moved).then(() => old?.close());
  }

  #onTransportState(transport: LiveTransport, state: LiveTransport['state']): void {
    if (state === 'connecting') {
      this.#searchingSinceMs ??= performance.now();
    } else if (state === 'connected') {
      this.#searchingSinceMs = null;
      clearTimeout(this.#recovery);
      this.#backoff.reset();
    } else if (state === 'disconnected') {
      void this.#restartIce(transport);
    } else if (state === 'failed') {
      this.#rebuild();
    }
  }

  async #restartIce(transport: LiveTransport): Promise<void> {
    clearTimeout(this.#recovery);
    this.#recovery = setTimeout(() => {
      if (this.#transport === transport && transport.state !== 'connected') this.#rebuild();
    }, ICE_RESTART_TIMEOUT_MS);
    // Without signaling there is nobody to ask; its reconnection rebuilds everything.
    await transport.restartIce().catch(() => undefined);
  }

  /** Gives the transport up. Its feeds keep their last picture until the next one carries them. */
  #rebuild(): void {
    clearTimeout(this.#recovery);
    clearTimeout(this.#retry);
    this.#broken = true;
    this.#searchingSinceMs ??= performance.now();
    this.#retry = setTimeout(() => this.#ensureTransport(), this.#backoff.next());
  }
}

/** mediasoup-client's error, told by its name so that this module need not load it. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnsupportedError';
}
