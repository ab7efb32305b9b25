/**
 * What happens at the cameras: kept, bounded, and told to whoever listens. Sensors write into it, and so do motion
 * detection and the watch over connections; main connects them.
 *
 * Invariants: an event is told after it is stored; it ends once; of what is gone meanwhile, by its age or with its camera,
 * nothing more is told.
 */

import { EventEmitter } from 'node:events';
import type { EventFindings, EventQuery, EventStore } from '../store/event-store.ts';
import type { EventView } from '../wire/event.ts';

/** Times may have fractions, of microseconds for example. */
export type EventStart = Omit<
  EventView,
  'id' | 'sourceName' | 'endedAtMs' | 'thumbnail' | keyof EventFindings
> &
  Partial<Pick<EventView, 'sourceName' | keyof EventFindings>>;

export interface EventLogEvents {
  /** It started, more is known of it, or it ended. */
  event: [EventView];
  /** There is a picture of it now, whether it goes on or has ended. */
  thumbnail: [EventView];
}

export class EventLog extends EventEmitter<EventLogEvents> {
  readonly #store: EventStore;

  constructor(store: EventStore) {
    super();
    this.#store = store;
    // A camera that was away when the server ended may be so still; whoever watches over that finds it by `away`.
    store.endAllBut('offline');
  }

  /** Something has begun and goes on. @throws when it cannot be stored: a full disk, a camera that is gone */
  start(start: EventStart): EventView {
    return this.#add(start, null);
  }

  /** Something without a length. @throws as `start` */
  note(start: EventStart): EventView {
    return this.#add(start, start.startedAtMs);
  }

  /** More is known of what goes on. */
  update(id: string, findings: EventFindings): void {
    this.#tell(this.#store.update(id, findings));
  }

  /** It is over; nothing happens if it was already. */
  end(id: string, endedAtMs: number): void {
    this.#tell(this.#store.end(id, Math.round(endedAtMs)));
  }

  /** @param jpeg a small picture of it; nothing happens if it has one already, or is gone */
  illustrate({ cameraId, id }: EventView, jpeg: Uint8Array): void {
    const event = this.#store.addThumbnail(cameraId, id, jpeg);
    if (event?.thumbnail) this.emit('thumbnail', event);
  }

  /** Cameras that are away, as far as was told. */
  away(): EventView[] {
    return this.#store.goingOn('offline');
  }

  list(cameraIds: readonly string[], query: EventQuery): EventView[] {
    return this.#store.list(cameraIds, query);
  }

  find(cameraId: string, id: string): EventView | undefined {
    return this.#store.find(cameraId, id);
  }

  thumbnail(cameraId: string, id: string): Uint8Array | undefined {
    return this.#store.thumbnail(cameraId, id);
  }

  #add(start: EventStart, endedAtMs: number | null): EventView {
    const { sourceName = '', zones = [], score = null } = start;
    const event = this.#store.add({
      ...start,
      sourceName,
      zones,
      score,
      startedAtMs: Math.round(start.startedAtMs),
      endedAtMs: endedAtMs === null ? null : Math.round(endedAtMs),
    });
    this.#tell(event);
    return event;
  }

  #tell(event: EventView | undefined): void {
    if (event) this.emit('event', event);
  }
}
