/**
 * What happens at the cameras: kept, bounded, and told to whoever listens. Sensors write into it, and so does motion
 * detection; main connects them.
 *
 * Invariants: an event is told after it is stored; it ends once; of what is gone meanwhile, by its age or with its camera,
 * nothing more is told.
 */

import { EventEmitter } from 'node:events';
import type { EventFindings, EventStore } from '../store/event-store.ts';
import type { EventView } from '../wire/event.ts';

/** Times may have fractions, of microseconds for example. */
export type EventStart = Omit<EventView, 'id' | 'sourceName' | 'endedAtMs' | keyof EventFindings> &
  Partial<Pick<EventView, 'sourceName' | keyof EventFindings>>;

export class EventLog extends EventEmitter<{ event: [EventView] }> {
  readonly #store: EventStore;

  constructor(store: EventStore) {
    super();
    this.#store = store;
    store.endAll();
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

  /** The newest first. @param before an event's id: only older ones */
  list(cameraId: string, limit: number, before?: string): EventView[] {
    return this.#store.list(cameraId, limit, before);
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
