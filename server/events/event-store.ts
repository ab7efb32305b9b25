/** Rows of events, and their thumbnails. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import type { EventKind, EventView } from '../wire/event.ts';
import { inTransaction } from '../store/database.ts';
import { readEntries } from '../store/json-column.ts';
import { pageOf, type Page, type Place } from '../store/page.ts';
import { prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { EVENT_SQL } from './event-sql.ts';
import { firstOfEach } from './first-of-each.ts';

/** Findings added while an event continues. */
export type EventFindings = Pick<EventView, 'zones' | 'score'> & {
  /** If missing, the label stays. A new one is sent to the receivers of webhooks, too. */
  label?: string;
};

/** Selection of events; times in ms since the Unix epoch. */
export interface EventQuery {
  limit: number;
  kind?: EventKind;
  /** Only detections with this label. */
  label?: string;
  /** An event's id: only events stored before it; none if it is gone. */
  before?: string;
  /** The end of the page before, in the same order. */
  after?: Place;
  /** Only events that overlap this time. A continuing event has no end yet. */
  fromMs?: number;
  toMs?: number;
  /** Order by storing, the newest first; or, with a time, by start. */
  oldestFirst?: boolean;
}

/** Above these the oldest are removed, per camera, so that one busy camera does not shorten another's history. */
export interface EventLimits {
  /** Ended events; up to a hundredth more exist for a while. */
  events: number;
  thumbnails: number;
}

const DEFAULT_LIMITS: EventLimits = { events: 10_000, thumbnails: 2_000 };
/** An analyser uses a few dozen labels. */
const MAX_LABELS = 100;
const LATEST = Number.MAX_SAFE_INTEGER;

/** A new event; its detector chooses the id. */
export type NewEvent = Omit<EventView, 'thumbnail' | 'thumbnailVersion' | 'label'> &
  Partial<Pick<EventView, 'label'>>;

export interface EventQueriesOptions {
  limits?: Partial<EventLimits>;
  /** Called with each start and end, within the transaction that stores it. */
  outbox?: (event: EventView, nowMs: number) => void;
}

export class EventQueries {
  readonly #database: DatabaseSync;
  readonly #limits: EventLimits;
  readonly #outbox: (event: EventView, nowMs: number) => void;
  /** Added since the last removal, by table and camera: counting takes time proportional to their number. */
  readonly #added = new Map<string, number>();
  readonly #statements;

  constructor(database: DatabaseSync, { limits, outbox = () => undefined }: EventQueriesOptions = {}) {
    this.#database = database;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#outbox = outbox;
    this.#statements = prepareStatements(database, EVENT_SQL);
  }

  /** Repeated after a failure, it is the same event. */
  add(event: NewEvent, nowMs: number): EventView {
    const {
      id,
      cameraId,
      source,
      sourceName,
      kind,
      label = '',
      startedAtMs,
      endedAtMs,
      zones,
      score,
    } = event;
    const row = { id, cameraId, source, sourceName, kind, label, startedAtMs, endedAtMs, score };
    const added = { ...row, zones, thumbnail: false, thumbnailVersion: 0 };
    inTransaction(this.#database, () => {
      this.#statements.insert.run({ ...row, zones: JSON.stringify(zones) });
      if (this.#isFull('events', cameraId)) this.#statements.trim.run({ cameraId, max: this.#limits.events });
      this.#outbox(added, nowMs);
    });
    return added;
  }

  /** @returns the event's current state; undefined when it has ended or is gone, like `end` */
  update(id: string, { zones, score, label }: EventFindings, nowMs: number): EventView | undefined {
    return inTransaction(this.#database, () => {
      const row = { id, zones: JSON.stringify(zones), score, label: label ?? null };
      const updated = toEvent(this.#statements.update.get(row));
      if (updated && label !== undefined) this.#outbox(updated, nowMs);
      return updated;
    });
  }

  /** Never before it started. */
  end(id: string, endedAtMs: number, nowMs: number): EventView | undefined {
    return inTransaction(this.#database, () => {
      const ended = toEvent(this.#statements.end.get({ id, endedAtMs }));
      if (ended) this.#outbox(ended, nowMs);
      return ended;
    });
  }

  /** Sets their dates; repeating it after a failure changes nothing. @returns those that still exist, as they are now */
  redate(events: readonly Pick<EventView, 'id' | 'startedAtMs' | 'endedAtMs'>[]): EventView[] {
    return inTransaction(this.#database, () =>
      events.flatMap(
        ({ id, startedAtMs, endedAtMs }) =>
          toEvent(this.#statements.redate.get({ id, startedAtMs, endedAtMs })) ?? [],
      ),
    );
  }

  /** Events that were running when the server crashed: only their start is known. Kinds that outlast a restart continue. */
  endInterrupted(): void {
    this.#statements.endAll.run();
  }

  /** The running events of all cameras. */
  goingOn(kind: EventKind): EventView[] {
    return this.#statements.open.all(kind).flatMap((row) => toEvent(row) ?? []);
  }

  find(cameraId: string, id: string): EventView | undefined {
    return toEvent(this.#statements.find.get(cameraId, id));
  }

  countOf(cameraId: string): number {
    return Number(this.#statements.count.get(cameraId)?.['count']);
  }

  /** For these cameras together. */
  list(cameraIds: readonly string[], query: EventQuery): Page<EventView> {
    const ranked = this.#ranked(cameraIds, query);
    const events = ranked.flatMap(({ sequence }) => toEvent(this.#statements.at.get(sequence)) ?? []);
    return pageOf(events, ranked, query.limit);
  }

  /** @returns the event's current state; undefined when it is gone */
  addThumbnail(cameraId: string, id: string, jpeg: Uint8Array, replaces = false): EventView | undefined {
    inTransaction(this.#database, () => {
      if (replaces) this.#statements.replaceThumbnail.run(jpeg, cameraId, id);
      this.#statements.addThumbnail.run(jpeg, id);
      if (this.#isFull('thumbnails', cameraId))
        this.#statements.trimThumbnails.run(cameraId, this.#limits.thumbnails);
    });
    return this.find(cameraId, id);
  }

  /** Labels of detections, by camera, each with the first in the order of their letters. */
  labels(cameraIds: readonly string[]): [cameraId: string, labels: string[]][] {
    const { labels } = this.#statements;
    return cameraIds.map((id) => [id, labels.all(id, MAX_LABELS).map(({ label }) => String(label))]);
  }

  /** A JPEG. */
  thumbnail(cameraId: string, id: string): Uint8Array | undefined {
    const jpeg = this.#statements.thumbnail.get(cameraId, id)?.['jpeg'];
    return jpeg instanceof Uint8Array ? jpeg : undefined;
  }

  /** Call it for each addition. @returns whether there may be too many by now */
  #isFull(table: keyof EventLimits, cameraId: string): boolean {
    const key = `${table} ${cameraId}`;
    const added = (this.#added.get(key) ?? Infinity) + 1;
    const isFull = added >= this.#limits[table] / 100;
    this.#added.set(key, isFull ? 0 : added);
    return isFull;
  }

  #ranked(cameraIds: readonly string[], query: EventQuery): Place[] {
    const { limit, before, fromMs, toMs, oldestFirst = false } = query;
    if (before === undefined && (fromMs !== undefined || toMs !== undefined || oldestFirst))
      return this.#rankedByTime(cameraIds, query);
    const { kind = null, label = null, after } = query;
    const { sequenceOf, newest, newestOfKind, newestOfLabel } = this.#statements;
    if (label !== null && kind !== null && kind !== 'detection') return [];
    const cursor =
      before === undefined ? after : (sequenceOf.get(before) as Pick<Place, 'sequence'> | undefined);
    if (before !== undefined && cursor === undefined) return [];
    const range = { low: 0, high: cursor === undefined ? LATEST : cursor.sequence - 1 };
    return firstOfEach(cameraIds, { limit, oldestFirst: false, ...range }, (cameraId, low, high, most) => {
      const walked = { cameraId, low, high, limit: most };
      if (label !== null) return newestOfLabel.all({ ...walked, label });
      return kind === null ? newest.all(walked) : newestOfKind.all({ ...walked, kind });
    });
  }

  #rankedByTime(cameraIds: readonly string[], query: EventQuery): Place[] {
    const { limit, kind = null, label = null, fromMs = 0, toMs = LATEST, oldestFirst = false } = query;
    const first = oldestFirst ? { rank: 0, sequence: -1 } : { rank: LATEST, sequence: LATEST };
    const { rank: afterMs, sequence: afterSequence } = query.after ?? first;
    const low = oldestFirst ? afterMs : 0;
    const high = oldestFirst ? toMs : Math.min(toMs, afterMs);
    if (fromMs > toMs || low > high) return [];
    const walk = oldestFirst ? this.#statements.oldestWithin : this.#statements.newestWithin;
    const place = { afterMs, afterSequence };
    return firstOfEach(cameraIds, { limit, oldestFirst, low, high }, (cameraId, lowMs, highMs, most) =>
      walk.all({ cameraId, kind, label, fromMs, lowMs, highMs, limit: most, ...place }),
    );
  }
}

export const EVENT_WORK = {
  add: 'record',
  update: 'record',
  end: 'record',
  redate: 'record',
  endInterrupted: 'record',
  goingOn: 'quick',
  find: 'quick',
  list: 'long',
  countOf: 'long',
  labels: 'long',
  addThumbnail: 'state',
  thumbnail: 'long',
} as const satisfies WorkOf<EventQueries>;

export type EventStore = Shared<EventQueries, typeof EVENT_WORK>;

function toEvent(row: Record<string, SQLOutputValue> | undefined): EventView | undefined {
  if (!row) return undefined;
  // The table is STRICT, so the columns have the types the schema gives them.
  const zones = readEntries(z.string(), row['zones']);
  return { ...row, zones, thumbnail: row['thumbnailVersion'] !== 0 } as unknown as EventView;
}
