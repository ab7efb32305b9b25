/**
 * Events as a list shows them: the newest, kept up to date by the signaling, with older ones loaded on demand.
 *
 * Invariant: whatever the source and order of updates, an ended event does not continue, and an event with a picture keeps it.
 */

import type { EventView } from '../../server/wire/event.ts';
import { errorText } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';

/** A page of them, the newest first. @param before an event's id: only older ones */
export type LoadEvents = (limit: number, before?: string) => Promise<EventView[]>;

export interface EventFeedOptions {
  ask: LoadEvents;
  signaling: Pick<SignalingClient, 'on'>;
  /** Whether a new event belongs here. */
  belongs: (event: EventView) => boolean;
  pageSize: number;
}

export class EventFeed extends Emitter<{ change: EventFeed }> {
  readonly #options: EventFeedOptions;
  readonly #stops: (() => void)[];
  #events: readonly EventView[] = [];
  /** The last one of the pages, in the server's order. */
  #oldest: string | undefined;
  #mayHaveMore = false;
  #error: string | null = null;
  #loaded = false;
  #closed = false;

  constructor(options: EventFeedOptions) {
    super();
    this.#options = options;
    const { signaling, belongs } = options;
    this.#stops = [
      signaling.on('event', (event) => {
        if (belongs(event)) this.#take([event]);
        // It has another label now.
        else if (this.#events.some(({ id }) => id === event.id)) this.#drop(event.id);
      }),
      // Events may have happened while the connection was down.
      signaling.on('state', (state) => {
        if (state === 'open') void this.#load();
      }),
    ];
    void this.#load();
  }

  /** The newest first. */
  get events(): readonly EventView[] {
    return this.#events;
  }

  /** False until the first answer. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get mayHaveMore(): boolean {
    return this.#mayHaveMore;
  }

  /** Why the last request failed; null if it succeeded. */
  get error(): string | null {
    return this.#error;
  }

  async loadMore(): Promise<void> {
    await this.#load(this.#oldest);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #load(before?: string): Promise<void> {
    const { ask, pageSize } = this.#options;
    try {
      const page = await ask(pageSize, before);
      if (this.#closed) return;
      this.#error = null;
      // The first page, loaded again, does not tell how far back the list goes.
      if (before !== undefined || this.#oldest === undefined) {
        this.#mayHaveMore = page.length === pageSize;
        this.#oldest = page.at(-1)?.id ?? this.#oldest;
      }
      this.#loaded = true;
      this.#take(page);
    } catch (error) {
      if (this.#closed) return;
      this.#error = errorText(error);
      this.emit('change', this);
    }
  }

  #drop(eventId: string): void {
    this.#events = this.#events.filter(({ id }) => id !== eventId);
    this.emit('change', this);
  }

  #take(news: readonly EventView[]): void {
    this.#events = mergeEvents(this.#events, news);
    this.emit('change', this);
  }
}

/** @returns the events of both lists, each in its latest state, by start, newest first */
export function mergeEvents(known: readonly EventView[], news: readonly EventView[]): EventView[] {
  const byId = new Map(known.map((event) => [event.id, event]));
  for (const event of news) {
    const before = byId.get(event.id);
    if (!before || !isOlder(event, before)) byId.set(event.id, event);
  }
  return [...byId.values()].toSorted((a, b) => b.startedAtMs - a.startedAtMs);
}

function isOlder(event: EventView, than: EventView): boolean {
  const hasOlderPicture = than.thumbnailVersion > event.thumbnailVersion;
  return (than.endedAtMs !== null && event.endedAtMs === null) || hasOlderPicture;
}
