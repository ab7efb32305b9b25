/** Rows of events, and their thumbnails. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import type { EventKind, EventView } from '../wire/event.ts';
import { inTransaction } from '../store/database.ts';
import { readEntries } from '../store/json-column.ts';
import { firstOfEach } from './first-of-each.ts';
import { pageOf, type Page, type Place } from '../store/page.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** Findings added while an event continues. */
export type EventFindings = Pick<EventView, 'zones' | 'score'>;

/** Selection of events; times in ms since the Unix epoch. */
export interface EventQuery {
  limit: number;
  kind?: EventKind;
  /** An event's id: only events stored before it; none if it is gone. */
  before?: string;
  /** Where the page before ended, in the same order. */
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
const COLUMNS = `id, camera_id AS cameraId, source, source_name AS sourceName, kind,
  started_at AS startedAtMs, ended_at AS endedAtMs, zones, score,
  EXISTS (SELECT 1 FROM event_thumbnails WHERE event_id = id) AS thumbnail`;
const LATEST = Number.MAX_SAFE_INTEGER;
const WITHIN = `camera_id = :cameraId AND started_at BETWEEN :lowMs AND :highMs
    AND (ended_at IS NULL OR ended_at >= :fromMs) AND (:kind IS NULL OR kind = :kind)`;

const SQL = declareStatements('events', {
  insert: `
    INSERT INTO events (id, camera_id, source, source_name, kind, started_at, ended_at, zones, score)
    VALUES (:id, :cameraId, :source, :sourceName, :kind, :startedAtMs, :endedAtMs, :zones, :score)
    ON CONFLICT (id) DO NOTHING`,
  trim: `
    DELETE FROM events WHERE camera_id = :cameraId AND ended_at IS NOT NULL AND sequence <= (
      SELECT sequence FROM events WHERE camera_id = :cameraId ORDER BY sequence DESC LIMIT 1 OFFSET :max)`,
  update: `
    UPDATE events SET zones = :zones, score = :score WHERE id = :id AND ended_at IS NULL RETURNING ${COLUMNS}`,
  end: `
    UPDATE events SET ended_at = max(started_at, :endedAtMs) WHERE id = :id AND ended_at IS NULL
    RETURNING ${COLUMNS}`,
  redate: `
    UPDATE events SET started_at = :startedAtMs, ended_at = iif(ended_at IS NULL, NULL, coalesce(:endedAtMs, ended_at))
    WHERE id = :id RETURNING ${COLUMNS}`,
  endAll: "UPDATE events SET ended_at = started_at WHERE ended_at IS NULL AND kind NOT IN ('offline', 'off')",
  open: `SELECT ${COLUMNS} FROM events WHERE ended_at IS NULL AND kind = ?`,
  count: 'SELECT count(*) AS count FROM events WHERE camera_id = ?',
  find: `SELECT ${COLUMNS} FROM events WHERE camera_id = ? AND id = ?`,
  sequenceOf: 'SELECT sequence FROM events WHERE id = ?',
  at: `SELECT ${COLUMNS} FROM events WHERE sequence = ?`,
  // Each of these reads one camera's part of an index and nothing else of the table.
  newest: `
    SELECT sequence, sequence AS rank FROM events WHERE camera_id = :cameraId AND sequence BETWEEN :low AND :high
    ORDER BY sequence DESC LIMIT :limit`,
  newestOfKind: `
    SELECT sequence, sequence AS rank FROM events
    WHERE camera_id = :cameraId AND kind = :kind AND sequence BETWEEN :low AND :high
    ORDER BY sequence DESC LIMIT :limit`,
  newestWithin: `
    SELECT sequence, started_at AS rank FROM events
    WHERE ${WITHIN} AND (started_at < :afterMs OR started_at = :afterMs AND sequence < :afterSequence)
    ORDER BY started_at DESC, sequence DESC LIMIT :limit`,
  oldestWithin: `
    SELECT sequence, started_at AS rank FROM events
    WHERE ${WITHIN} AND (started_at > :afterMs OR started_at = :afterMs AND sequence > :afterSequence)
    ORDER BY started_at, sequence LIMIT :limit`,
  addThumbnail:
    'INSERT INTO event_thumbnails (event_id, jpeg) SELECT id, ? FROM events WHERE id = ? ON CONFLICT DO NOTHING',
  trimThumbnails: `
    DELETE FROM event_thumbnails WHERE event_id IN (
      SELECT event_id FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ?
      ORDER BY sequence DESC LIMIT -1 OFFSET ?)`,
  thumbnail: `
    SELECT jpeg FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ? AND event_id = ?`,
});

/** A new event; its detector chooses the id. */
export type NewEvent = Omit<EventView, 'thumbnail'>;

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
    this.#statements = prepareStatements(database, SQL);
  }

  /** Repeated after a failure, it is the same event. */
  add(event: NewEvent, nowMs: number): EventView {
    const { id, cameraId, source, sourceName, kind, startedAtMs, endedAtMs, zones, score } = event;
    const row = { id, cameraId, source, sourceName, kind, startedAtMs, endedAtMs, score };
    const added = { ...row, zones, thumbnail: false };
    inTransaction(this.#database, () => {
      this.#statements.insert.run({ ...row, zones: JSON.stringify(zones) });
      if (this.#isFull('events', cameraId)) this.#statements.trim.run({ cameraId, max: this.#limits.events });
      this.#outbox(added, nowMs);
    });
    return added;
  }

  /** @returns the event's current state; undefined when it has ended or is gone, like `end` */
  update(id: string, { zones, score }: EventFindings): EventView | undefined {
    return toEvent(this.#statements.update.get({ id, zones: JSON.stringify(zones), score }));
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

  /** Events that continued when the server crashed: only their start is known. What outlasts a restart goes on. */
  endInterrupted(): void {
    this.#statements.endAll.run();
  }

  /** Of all cameras. */
  goingOn(kind: EventKind): EventView[] {
    return this.#statements.open.all(kind).flatMap((row) => toEvent(row) ?? []);
  }

  find(cameraId: string, id: string): EventView | undefined {
    return toEvent(this.#statements.find.get(cameraId, id));
  }

  countOf(cameraId: string): number {
    return Number(this.#statements.count.get(cameraId)?.['count']);
  }

  /** Of these cameras together. */
  list(cameraIds: readonly string[], query: EventQuery): Page<EventView> {
    const ranked = this.#ranked(cameraIds, query);
    const events = ranked.flatMap(({ sequence }) => toEvent(this.#statements.at.get(sequence)) ?? []);
    return pageOf(events, ranked, query.limit);
  }

  /** @returns the event's current state; undefined when it is gone */
  addThumbnail(cameraId: string, id: string, jpeg: Uint8Array): EventView | undefined {
    inTransaction(this.#database, () => {
      this.#statements.addThumbnail.run(jpeg, id);
      if (this.#isFull('thumbnails', cameraId))
        this.#statements.trimThumbnails.run(cameraId, this.#limits.thumbnails);
    });
    return this.find(cameraId, id);
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
    const { kind = null, after } = query;
    const { sequenceOf, newest, newestOfKind } = this.#statements;
    const cursor =
      before === undefined ? after : (sequenceOf.get(before) as Pick<Place, 'sequence'> | undefined);
    if (before !== undefined && cursor === undefined) return [];
    const range = { low: 0, high: cursor === undefined ? LATEST : cursor.sequence - 1 };
    return firstOfEach(cameraIds, { limit, oldestFirst: false, ...range }, (cameraId, low, high, most) =>
      kind === null
        ? newest.all({ cameraId, low, high, limit: most })
        : newestOfKind.all({ cameraId, low, high, limit: most, kind }),
    );
  }

  #rankedByTime(cameraIds: readonly string[], query: EventQuery): Place[] {
    const { limit, kind = null, fromMs = 0, toMs = LATEST, oldestFirst = false } = query;
    const first = oldestFirst ? { rank: 0, sequence: -1 } : { rank: LATEST, sequence: LATEST };
    const { rank: afterMs, sequence: afterSequence } = query.after ?? first;
    const low = oldestFirst ? afterMs : 0;
    const high = oldestFirst ? toMs : Math.min(toMs, afterMs);
    if (fromMs > toMs || low > high) return [];
    const walk = oldestFirst ? this.#statements.oldestWithin : this.#statements.newestWithin;
    const place = { afterMs, afterSequence };
    return firstOfEach(cameraIds, { limit, oldestFirst, low, high }, (cameraId, lowMs, highMs, most) =>
      walk.all({ cameraId, kind, fromMs, lowMs, highMs, limit: most, ...place }),
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
  addThumbnail: 'state',
  thumbnail: 'long',
} as const satisfies WorkOf<EventQueries>;

export type EventStore = Shared<EventQueries, typeof EVENT_WORK>;

function toEvent(row: Record<string, SQLOutputValue> | undefined): EventView | undefined {
  if (!row) return undefined;
  // The table is STRICT, so the columns have the types the schema gives them.
  const zones = readEntries(z.string(), row['zones']);
  return { ...row, zones, thumbnail: row['thumbnail'] === 1 } as unknown as EventView;
}
