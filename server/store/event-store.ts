/** What happened at the cameras. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { EventView } from '../wire/event.ts';
import { inTransaction } from './database.ts';
import { randomId } from './random-id.ts';

/** What becomes known of an event while it goes on. */
export type EventFindings = Pick<EventView, 'zones' | 'score'>;

const COLUMNS = `id, camera_id AS cameraId, source, source_name AS sourceName, kind,
  started_at AS startedAtMs, ended_at AS endedAtMs, zones, score`;

export class EventStore {
  readonly #database: DatabaseSync;
  readonly #maxPerCamera: number;
  readonly #statements;

  /** @param maxPerCamera of more the oldest that are over give way, so that one busy camera costs no other its past */
  constructor(database: DatabaseSync, maxPerCamera = 10_000) {
    this.#database = database;
    this.#maxPerCamera = maxPerCamera;
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
      endAll: database.prepare('UPDATE events SET ended_at = started_at WHERE ended_at IS NULL'),
      newest: database.prepare(
        `SELECT ${COLUMNS} FROM events WHERE camera_id = ? ORDER BY sequence DESC LIMIT ?`,
      ),
      before: database.prepare(`
        SELECT ${COLUMNS} FROM events
        WHERE camera_id = ? AND sequence < (SELECT sequence FROM events WHERE id = ?)
        ORDER BY sequence DESC LIMIT ?`),
    };
  }

  add(event: Omit<EventView, 'id'>): EventView {
    const added = { ...event, id: randomId('evt') };
    const { cameraId, zones } = added;
    inTransaction(this.#database, () => {
      this.#statements.insert.run({ ...added, zones: JSON.stringify(zones) });
      this.#statements.trim.run({ cameraId, max: this.#maxPerCamera });
    });
    return added;
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
  endAll(): void {
    this.#statements.endAll.run();
  }

  /** The newest first. @param before an event's id: only those told before it; of one that is gone there are none */
  list(cameraId: string, limit: number, before?: string): EventView[] {
    const rows =
      before === undefined
        ? this.#statements.newest.all(cameraId, limit)
        : this.#statements.before.all(cameraId, before, limit);
    return rows.flatMap((row) => toEvent(row) ?? []);
  }
}

function toEvent(row: Record<string, SQLOutputValue> | undefined): EventView | undefined {
  // The table is STRICT, so the columns have the types the schema gives them.
  return row && ({ ...row, zones: JSON.parse(String(row['zones'])) as string[] } as unknown as EventView);
}
