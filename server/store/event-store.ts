/** What happened at the cameras, and small pictures of it. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { EventKind, EventView } from '../wire/event.ts';
import { inTransaction } from './database.ts';
import { randomId } from './random-id.ts';

/** What becomes known of an event while it goes on. */
export type EventFindings = Pick<EventView, 'zones' | 'score'>;

/** Which events to list; times in ms since the Unix epoch. */
export interface EventQuery {
  limit: number;
  kind?: EventKind;
  /** An event's id: only those told before it; of one that is gone there are none. */
  before?: string;
  /** Only what touched this time. What goes on has no end yet. */
  fromMs?: number;
  toMs?: number;
  /** By when it was told, the newest first; or, of a time, by when it started. */
  oldestFirst?: boolean;
}

/** Of more the oldest give way, of each camera by itself, so that one busy camera costs no other its past. */
export interface EventLimits {
  /** Of those that are over. */
  events: number;
  thumbnails: number;
}

const DEFAULT_LIMITS: EventLimits = { events: 10_000, thumbnails: 2_000 };
const COLUMNS = `id, camera_id AS cameraId, source, source_name AS sourceName, kind,
  started_at AS startedAtMs, ended_at AS endedAtMs, zones, score,
  EXISTS (SELECT 1 FROM event_thumbnails WHERE event_id = id) AS thumbnail`;
const ASKED_FOR = 'camera_id IN (SELECT value FROM json_each(:cameraIds)) AND kind = coalesce(:kind, kind)';
const WITHIN = `${ASKED_FOR} AND started_at <= :toMs AND coalesce(ended_at, :toMs) >= :fromMs`;

export class EventStore {
  readonly #database: DatabaseSync;
  readonly #limits: EventLimits;
  readonly #statements;

  constructor(database: DatabaseSync, limits: Partial<EventLimits> = {}) {
    this.#database = database;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#statements = {
      insert: database.prepare(`
        INSERT INTO events (id, camera_id, source, source_name, kind, started_at, ended_at, zones, score)
        VALUES (:id, :cameraId, :source, :sourceName, :kind, :startedAtMs, :endedAtMs, :zones, :score)`),
      trim: database.prepare(`
        DELETE FROM events WHERE camera_id = :cameraId AND ended_at IS NOT NULL AND sequence <= (
          SELECT sequence FROM events WHERE camera_id = :cameraId ORDER BY sequence DESC LIMIT 1 OFFSET :max)`),
      update: database.prepare(`
        UPDATE events SET zones = :zones, score = :score WHERE id = :id AND ended_at IS NULL RETURNING ${COLUMNS}`),
      end: database.prepare(`
        UPDATE events SET ended_at = max(started_at, :endedAtMs) WHERE id = :id AND ended_at IS NULL
        RETURNING ${COLUMNS}`),
      endAll: database.prepare(
        'UPDATE events SET ended_at = started_at WHERE ended_at IS NULL AND kind <> ?',
      ),
      open: database.prepare(`SELECT ${COLUMNS} FROM events WHERE ended_at IS NULL AND kind = ?`),
      find: database.prepare(`SELECT ${COLUMNS} FROM events WHERE camera_id = ? AND id = ?`),
      newest: database.prepare(
        `SELECT ${COLUMNS} FROM events WHERE ${ASKED_FOR} ORDER BY sequence DESC LIMIT :limit`,
      ),
      before: database.prepare(`
        SELECT ${COLUMNS} FROM events
        WHERE ${ASKED_FOR} AND sequence < (SELECT sequence FROM events WHERE id = :before)
        ORDER BY sequence DESC LIMIT :limit`),
      newestWithin: database.prepare(
        `SELECT ${COLUMNS} FROM events WHERE ${WITHIN} ORDER BY started_at DESC, sequence DESC LIMIT :limit`,
      ),
      oldestWithin: database.prepare(
        `SELECT ${COLUMNS} FROM events WHERE ${WITHIN} ORDER BY started_at, sequence LIMIT :limit`,
      ),
      addThumbnail: database.prepare(
        'INSERT INTO event_thumbnails (event_id, jpeg) SELECT id, ? FROM events WHERE id = ? ON CONFLICT DO NOTHING',
      ),
      trimThumbnails: database.prepare(`
        DELETE FROM event_thumbnails WHERE event_id IN (
          SELECT event_id FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ?
          ORDER BY sequence DESC LIMIT -1 OFFSET ?)`),
      thumbnail: database.prepare(`
        SELECT jpeg FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ? AND event_id = ?`),
    };
  }

  add(event: Omit<EventView, 'id' | 'thumbnail'>): EventView {
    const id = randomId('evt');
    const { cameraId, zones } = event;
    inTransaction(this.#database, () => {
      this.#statements.insert.run({ ...event, id, zones: JSON.stringify(zones) });
      this.#statements.trim.run({ cameraId, max: this.#limits.events });
    });
    return { ...event, id, thumbnail: false };
  }

  /** @returns the event as it is now, or undefined when it has ended or is gone; so does `end` */
  update(id: string, { zones, score }: EventFindings): EventView | undefined {
    return toEvent(this.#statements.update.get({ id, zones: JSON.stringify(zones), score }));
  }

  /** Never before it started. */
  end(id: string, endedAtMs: number): EventView | undefined {
    return toEvent(this.#statements.end.get({ id, endedAtMs }));
  }

  /** What went on when the server ended without a word: all that is known for sure is when it started. */
  endAllBut(kind: EventKind): void {
    this.#statements.endAll.run(kind);
  }

  /** Of all cameras. */
  goingOn(kind: EventKind): EventView[] {
    return this.#statements.open.all(kind).flatMap((row) => toEvent(row) ?? []);
  }

  find(cameraId: string, id: string): EventView | undefined {
    return toEvent(this.#statements.find.get(cameraId, id));
  }

  list(cameraIds: readonly string[], query: EventQuery): EventView[] {
    return this.#rows(JSON.stringify(cameraIds), query).flatMap((row) => toEvent(row) ?? []);
  }

  /** @returns the event as it is now, or undefined when it is gone */
  addThumbnail(cameraId: string, id: string, jpeg: Uint8Array): EventView | undefined {
    inTransaction(this.#database, () => {
      this.#statements.addThumbnail.run(jpeg, id);
      this.#statements.trimThumbnails.run(cameraId, this.#limits.thumbnails);
    });
    return this.find(cameraId, id);
  }

  /** A JPEG. */
  thumbnail(cameraId: string, id: string): Uint8Array | undefined {
    const jpeg = this.#statements.thumbnail.get(cameraId, id)?.['jpeg'];
    return jpeg instanceof Uint8Array ? jpeg : undefined;
  }

  /** @param cameraIds as JSON */
  #rows(cameraIds: string, { limit, kind, before, fromMs, toMs, oldestFirst }: EventQuery) {
    const { newest, before: olderThan, newestWithin, oldestWithin } = this.#statements;
    const asked = { cameraIds, kind: kind ?? null, limit };
    if (before !== undefined) return olderThan.all({ ...asked, before });
    if (fromMs === undefined && toMs === undefined && !oldestFirst) return newest.all(asked);
    const within = { ...asked, fromMs: fromMs ?? 0, toMs: toMs ?? Number.MAX_SAFE_INTEGER };
    return (oldestFirst ? oldestWithin : newestWithin).all(within);
  }
}

function toEvent(row: Record<string, SQLOutputValue> | undefined): EventView | undefined {
  if (!row) return undefined;
  // The table is STRICT, so the columns have the types the schema gives them.
  const zones = JSON.parse(String(row['zones'])) as string[];
  return { ...row, zones, thumbnail: row['thumbnail'] === 1 } as unknown as EventView;
}
