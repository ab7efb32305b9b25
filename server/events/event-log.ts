/**
 * The events of all cameras: stored, bounded, and passed to listeners. Sensors, motion detection and the connection
 * watch write into it; features.ts passes it to them.
 *
 * Invariants: an event is emitted after it is stored, except to listeners that must not wait for a disk (`accepted`); it ends
 * once; for an event that was removed meanwhile, by age or with its camera, nothing more is emitted; a listener that throws does
 * not affect the others. Writes keep their order, so an event may be ended right after its start.
 */

import { IsolatingEmitter } from '../core/fan-out.ts';
import { REDATED_MS, unmappedTime, type ClockChange, type SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { EventFindings, EventQuery, EventStore, NewEvent } from './event-store.ts';
import { randomId } from '../store/random-id.ts';
import type { Page } from '../store/page.ts';
import type { ReadFor } from '../store/work.ts';
import type { EventKind, EventView } from '../wire/event.ts';

/** Times may have fractions, for example microseconds. */
export type EventStart = Omit<
  EventView,
  'id' | 'sourceName' | 'label' | 'endedAtMs' | 'thumbnail' | 'thumbnailVersion' | keyof EventFindings
> &
  Partial<Pick<EventView, 'sourceName' | 'label' | keyof EventFindings>>;

export interface EventLogEvents {
  /**
   * The event started, got another label, or ended, and waits to be stored: for recording, which must not miss the following
   * video.
   */
  accepted: [EventView];
  /** The event started, got more findings, or ended. */
  event: [EventView];
  /** It has a thumbnail now, whether it continues or has ended. */
  thumbnail: [EventView];
  /** The clock was set, so the event has a new date. */
  redated: [EventView];
}

/** Number of ended events kept in memory. */
const MAX_ENDED = 500;

export class EventLog extends IsolatingEmitter<EventLogEvents> {
  readonly #store: EventStore;
  readonly #errors: Log;
  /** Continuing events that were started here; each watcher has a few. */
  readonly #open = new Map<string, EventView>();
  /** Recently ended events, with their ends in server time. */
  readonly #ended = new Map<string, { event: EventView; endedUs: number }>();
  readonly #time: SiteTime;

  constructor(store: EventStore, errors: Log, time: SiteTime = unmappedTime()) {
    const log = errors.child({ component: 'events' });
    super((error, event) => log.error({ err: error, event }, 'failed to pass on an event'));
    this.#store = store;
    this.#errors = log;
    this.#time = time;
    // A camera that was offline, or off, when the server stopped may still be; their watches find its event with `goingOn`.
    this.#write('end running events', () => store.endInterrupted());
  }

  /** Starts a continuing event. @returns at once; an event that cannot be stored is logged and not emitted */
  start(start: EventStart): EventView {
    const event = newEvent(start, null);
    this.#open.set(event.id, event);
    this.emit('accepted', event);
    this.#write('store an event', async () => this.#tell(await this.#add(event)));
    return event;
  }

  /**
   * An event without a duration.
   *
   * @returns once it is stored
   * @throws VigieError `unavailable` when too many writes are waiting, `conflict` when the camera is gone; the store's
   * errors
   */
  async note(start: EventStart): Promise<EventView> {
    const event = newEvent(start, start.startedAtMs);
    const stored = this.#add(event);
    this.#noteEnd(event);
    this.emit('accepted', event);
    return this.#tell(await stored);
  }

  /** Adds findings to a continuing event. */
  update(id: string, findings: EventFindings): void {
    const before = this.#open.get(id);
    if (before) {
      const event = { ...before, ...findings };
      this.#open.set(id, event);
      if (findings.label !== undefined) this.emit('accepted', event);
    }
    this.#write('store the findings of an event', async () =>
      this.#tell(await this.#store.update(id, findings, this.#time.nowMs())),
    );
  }

  /** Ends the event; does nothing when it has ended already. */
  end(id: string, endedAtMs: number): void {
    const atMs = Math.round(endedAtMs);
    const event = this.#open.get(id);
    this.#open.delete(id);
    if (event) {
      const ended = { ...event, endedAtMs: Math.max(event.startedAtMs, atMs) };
      this.#noteEnd(ended);
      this.emit('accepted', ended);
    }
    this.#write('store the end of an event', async () =>
      this.#tell(await this.#store.end(id, atMs, this.#time.nowMs())),
    );
  }

  /** The wall clock was set: running events, and those that have just ended, get new dates. */
  onClockChanged({ kind, byMs, atUs }: ClockChange): void {
    if (kind !== 'stepped') return;
    const longAgoUs = atUs - REDATED_MS * 1000;
    for (const [id, { endedUs }] of this.#ended) if (endedUs < longAgoUs) this.#ended.delete(id);
    const redated: EventView[] = [];
    const redate = (event: EventView): EventView => {
      const { startedAtMs, endedAtMs } = event;
      const moved = {
        ...event,
        startedAtMs: startedAtMs + byMs,
        endedAtMs: endedAtMs === null ? null : endedAtMs + byMs,
      };
      redated.push(moved);
      return moved;
    };
    for (const [id, event] of this.#open) this.#open.set(id, redate(event));
    for (const [id, { event, endedUs }] of this.#ended)
      this.#ended.set(id, { event: redate(event), endedUs });
    if (redated.length === 0) return;
    this.#write('redate events', async () => {
      for (const event of await this.#store.redate(redated)) this.emit('redated', event);
    });
  }

  /** @param jpeg its thumbnail; does nothing when it has one, unless this one replaces it, or when it is gone */
  illustrate({ cameraId, id }: Pick<EventView, 'cameraId' | 'id'>, jpeg: Uint8Array, replaces = false): void {
    this.#write('store the picture of an event', async () => {
      const event = await this.#store.addThumbnail(cameraId, id, jpeg, replaces);
      if (event?.thumbnail) this.emit('thumbnail', event);
    });
  }

  /** Events of cameras that are offline. */
  away(): EventView[] {
    return this.goingOn('offline');
  }

  /** The running events of all cameras. */
  goingOn(kind: EventKind): EventView[] {
    return this.#store.goingOn(kind);
  }

  /** @throws VigieError `unavailable` */
  list(cameraIds: readonly string[], query: EventQuery, reader?: ReadFor): Promise<Page<EventView>> {
    return this.#store.list(cameraIds, query, reader);
  }

  /** Labels of detections, by camera. @throws VigieError `unavailable` */
  labels(cameraIds: readonly string[], reader?: ReadFor): Promise<[cameraId: string, labels: string[]][]> {
    return this.#store.labels(cameraIds, reader);
  }

  /** @throws VigieError `unavailable` */
  countOf(cameraId: string, reader?: ReadFor): Promise<number> {
    return this.#store.countOf(cameraId, reader);
  }

  find(cameraId: string, id: string): EventView | undefined {
    return this.#store.find(cameraId, id);
  }

  /** @throws VigieError `unavailable` */
  thumbnail(cameraId: string, id: string, reader?: ReadFor): Promise<Uint8Array | undefined> {
    return this.#store.thumbnail(cameraId, id, reader);
  }

  #add(event: NewEvent): Promise<EventView> {
    return this.#store.add(event, this.#time.nowMs());
  }

  #noteEnd(event: EventView): void {
    this.#ended.set(event.id, { event, endedUs: this.#time.nowUs() });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= MAX_ENDED) break;
      this.#ended.delete(oldest);
    }
  }

  #tell<E extends EventView | undefined>(event: E): E {
    if (event) this.emit('event', event);
    return event;
  }

  /** Nothing waits for it. */
  #write(what: string, write: () => Promise<unknown>): void {
    write().catch((error: unknown) => this.#errors.error({ err: error }, `failed to ${what}`));
  }
}

function newEvent(start: EventStart, endedAtMs: number | null): EventView {
  const { sourceName = '', label = '', zones = [], score = null } = start;
  return {
    ...start,
    id: randomId('evt'),
    sourceName,
    label,
    zones,
    score,
    startedAtMs: Math.round(start.startedAtMs),
    endedAtMs: endedAtMs === null ? null : Math.round(endedAtMs),
    thumbnail: false,
    thumbnailVersion: 0,
  };
}
