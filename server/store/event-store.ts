/** What happened at the cameras, and the sensors that may say so. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { EventView, SensorView } from '../wire/event.ts';
import { inTransaction } from './database.ts';
import { randomId } from './random-id.ts';

export interface StoredSensor extends SensorView {
  cameraId: string;
}

const EVENT_COLUMNS = `id, camera_id AS cameraId, source, source_name AS sourceName, kind,
  started_at AS startedAtMs, ended_at AS endedAtMs`;
const SENSOR_COLUMNS =
  'id, camera_id AS cameraId, name, created_at AS createdAt, last_event_at AS lastEventAt';

export class EventStore {
  readonly #database: DatabaseSync;
  readonly #maxEvents: number;
  readonly #statements;

  /** @param maxEvents of all cameras together; the oldest give way */
  constructor(database: DatabaseSync, maxEvents = 10_000) {
    this.#database = database;
    this.#maxEvents = maxEvents;
    this.#statements = {
      insert: database.prepare(`
        INSERT INTO events (id, camera_id, source, source_name, kind, started_at, ended_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING sequence`),
      trim: database.prepare('DELETE FROM events WHERE sequence <= ?'),
      newest: database.prepare(
        `SELECT ${EVENT_COLUMNS} FROM events WHERE camera_id = ? ORDER BY sequence DESC LIMIT ?`,
      ),
      before: database.prepare(`
        SELECT ${EVENT_COLUMNS} FROM events
        WHERE camera_id = ? AND sequence < (SELECT sequence FROM events WHERE id = ?)
        ORDER BY sequence DESC LIMIT ?`),
      addSensor: database.prepare(
        'INSERT INTO sensors (id, camera_id, name, token_hash, created_at) VALUES (?, ?, ?, ?, ?)',
      ),
      sensors: database.prepare(
        `SELECT ${SENSOR_COLUMNS} FROM sensors WHERE camera_id = ? ORDER BY created_at, rowid`,
      ),
      sensorOf: database.prepare(`SELECT ${SENSOR_COLUMNS} FROM sensors WHERE token_hash = ?`),
      sensorSaid: database.prepare('UPDATE sensors SET last_event_at = ? WHERE id = ?'),
      removeSensor: database.prepare('DELETE FROM sensors WHERE id = ? AND camera_id = ?'),
    };
  }

  add(event: Omit<EventView, 'id'>): EventView {
    const { cameraId, source, sourceName, kind, startedAtMs, endedAtMs } = event;
    const id = randomId('evt');
    return inTransaction(this.#database, () => {
      const row = this.#statements.insert.get(
        id,
        cameraId,
        source,
        sourceName,
        kind,
        Math.round(startedAtMs),
        endedAtMs === null ? null : Math.round(endedAtMs),
      );
      this.#statements.trim.run(Number(row?.['sequence']) - this.#maxEvents);
      return { ...event, id };
    });
  }

  /** The newest first. @param before an event's id: only those told before it; of one that is gone there are none */
  list(cameraId: string, limit: number, before?: string): EventView[] {
    const rows =
      before === undefined
        ? this.#statements.newest.all(cameraId, limit)
        : this.#statements.before.all(cameraId, before, limit);
    return rows.map(toEvent);
  }

  /** @param tokenHash 32 bytes */
  addSensor(cameraId: string, name: string, tokenHash: Uint8Array, nowMs: number): StoredSensor {
    const id = randomId('sen');
    this.#statements.addSensor.run(id, cameraId, name, tokenHash, nowMs);
    return { id, cameraId, name, createdAt: nowMs, lastEventAt: null };
  }

  /** In the order they were added. */
  sensorsOf(cameraId: string): StoredSensor[] {
    return this.#statements.sensors.all(cameraId).map(toSensor);
  }

  sensorOf(tokenHash: Uint8Array): StoredSensor | undefined {
    const row = this.#statements.sensorOf.get(tokenHash);
    return row && toSensor(row);
  }

  sensorSaid(id: string, atMs: number): void {
    this.#statements.sensorSaid.run(atMs, id);
  }

  /** @returns false when this camera has no such sensor */
  removeSensor(cameraId: string, id: string): boolean {
    return this.#statements.removeSensor.run(id, cameraId).changes === 1;
  }
}

// The tables are STRICT, so the columns have the types the schema gives them.
function toEvent(row: Record<string, SQLOutputValue>): EventView {
  return { ...row } as unknown as EventView;
}

function toSensor(row: Record<string, SQLOutputValue>): StoredSensor {
  return { ...row } as unknown as StoredSensor;
}
