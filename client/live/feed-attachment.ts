/**
 * Keeps one feed consumed on whatever transport is current, paused while it is not shown.
 *
 * Invariant: at most one `consume` of the camera is under way; a consumer that arrives for an outdated transport or for
 * a feed that was closed meanwhile is closed at once.
 */

import type { ShownView } from '../../server/wire/shown-view.ts';
import { Backoff } from '../signaling/backoff.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import { CameraFeed } from './camera-feed.ts';
import type { LiveConsumer, LiveTransport } from './live-transport.ts';
import type { VideoWanted } from './video-probes.ts';
import { ViewReport } from './view-report.ts';

export class FeedAttachment {
  readonly feed: CameraFeed;
  readonly #backoff = new Backoff({ baseMs: 1_000, maxMs: 15_000 });
  /** Soon at first: the server may have been busy only for a moment. */
  readonly #fullBackoff = new Backoff({ baseMs: 2_000, maxMs: 20_000 });
  readonly #viewReport = new ViewReport();
  #transport: LiveTransport | null = null;
  #attaching = false;
  #closed = false;
  /** The wanted state, and the one sent to the server; a consumer begins paused. */
  #pauseWanted = false;
  #videoWanted: VideoWanted = 'flowing';
  #paused = true;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #fullRetry: ReturnType<typeof setTimeout> | undefined;

  constructor(cameraId: string) {
    this.feed = new CameraFeed(cameraId);
  }

  /** Moves the feed to this transport, unless it is already there. Never throws; retries if that can help. */
  async attach(transport: LiveTransport): Promise<void> {
    this.#transport = transport;
    if (this.#attaching || this.#closed || this.feed.consumer?.transport === transport) return;
    this.#attaching = true;
    clearTimeout(this.#retry);
    try {
      const consumer = await transport.consume(this.feed.cameraId);
      if (this.#closed || this.#transport !== transport) transport.closeConsumer(consumer.id);
      else {
        this.#paused = true;
        this.#backoff.reset();
        this.feed.set(consumer);
        this.#viewReport.consumer = consumer;
      }
    } catch (error) {
      this.#onRefused(error, transport);
    } finally {
      this.#attaching = false;
    }
    if (this.#transport === transport) this.#applyPause();
    else await this.attach(this.#transport);
  }

  /** Consumes again on the same transport: the remedy when an expected picture does not come. */
  async reattach(): Promise<void> {
    if (!this.#transport) return;
    this.detach();
    await this.attach(this.#transport);
  }

  /** @param denied the picture on the screen must be removed too */
  detach(denied = false): void {
    const { consumer } = this.feed;
    this.feed.set(null, denied);
    this.#viewReport.consumer = null;
    consumer?.transport.closeConsumer(consumer.id);
  }

  /** How large the page shows it. */
  set view(view: ShownView) {
    this.#viewReport.view = view;
  }

  set pauseWanted(pause: boolean) {
    this.#pauseWanted = pause;
    this.#applyPause();
  }

  /** Other than `flowing` while pictures are shown. */
  set videoWanted(video: VideoWanted) {
    this.#videoWanted = video;
    this.#viewReport.isProbe = video === 'probed';
    this.#applyPause();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#fullRetry);
    this.#viewReport.close();
    this.detach();
  }

  get #isPauseWanted(): boolean {
    return this.#pauseWanted || this.#videoWanted === 'paused';
  }

  #onRefused(error: unknown, transport: LiveTransport): void {
    if (this.#closed) return;
    const code = error instanceof SignalingError ? error.code : 'unexpected';
    // A new connection brings a new transport, and with it another try.
    if (code === 'disconnected') return;
    // A new list of cameras triggers another try, in case the right returns.
    if (code === 'forbidden' || code === 'notFound' || code === 'cameraOff') return this.detach(true);
    this.#retry = setTimeout(() => {
      if (this.#transport === transport) void this.attach(transport);
    }, this.#backoff.next());
  }

  #applyPause(): void {
    clearTimeout(this.#fullRetry);
    if (this.#pauseWanted) this.feed.setFull(null);
    const { consumer } = this.feed;
    if (!consumer || this.#paused === this.#isPauseWanted) return;
    this.#paused = this.#isPauseWanted;
    // Neither is waited for: the video element gets ready while the keyframe is on its way.
    if (!this.#paused) return void this.#resume(consumer);
    // It fails only when the consumer or the connection has ended.
    consumer.transport.pause(consumer.id).catch(() => undefined);
  }

  /** Repeats the request while the server is full; otherwise it fails only when another consumer triggers the next try. */
  async #resume(consumer: LiveConsumer): Promise<void> {
    try {
      await consumer.transport.resume(consumer.id);
      this.#fullBackoff.reset();
      this.feed.setFull(null);
    } catch (error) {
      const watching = SignalingError.watchingWhenFull(error);
      if (watching === undefined || this.#closed || this.feed.consumer !== consumer) return;
      this.#paused = true;
      if (this.#isPauseWanted) return;
      this.feed.setFull(watching);
      this.#fullRetry = setTimeout(() => this.#applyPause(), this.#fullBackoff.next());
    }
  }
}
