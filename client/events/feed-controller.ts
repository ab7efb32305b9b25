/** Keeps an EventFeed for an element: open while the element is on the page, rendered again as time passes. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { EventView } from '../../server/wire/event.ts';
import { EventFeed, type EventFeedOptions } from './event-feed.ts';

/** How often "5 min ago" is updated. */
const REFRESH_MS = 10_000;

export class FeedController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: () => EventFeedOptions;
  #feed: EventFeed | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;
  /** The host has set its options. */
  #started = false;
  #connected = false;

  /** @param options read each time a feed opens */
  constructor(host: ReactiveControllerHost, options: () => EventFeedOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get events(): readonly EventView[] {
    return this.#feed?.events ?? [];
  }

  get loaded(): boolean {
    return this.#feed?.loaded ?? false;
  }

  get mayHaveMore(): boolean {
    return this.#feed?.mayHaveMore ?? false;
  }

  get error(): string | null {
    return this.#feed?.error ?? null;
  }

  async loadMore(): Promise<void> {
    await this.#feed?.loadMore();
  }

  /** To be called when the options have changed, at first too. */
  restart(): void {
    this.#started = true;
    this.#feed?.close();
    this.#feed = undefined;
    if (!this.#connected) return;
    this.#feed = new EventFeed(this.#options());
    this.#feed.on('change', () => this.#host.requestUpdate());
  }

  hostConnected(): void {
    this.#connected = true;
    this.#refresh = setInterval(() => this.#host.requestUpdate(), REFRESH_MS);
    if (this.#started) this.restart();
  }

  hostDisconnected(): void {
    this.#connected = false;
    clearInterval(this.#refresh);
    this.#feed?.close();
    this.#feed = undefined;
  }
}
