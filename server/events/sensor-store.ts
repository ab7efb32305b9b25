/** The sensors beside the cameras, with the hashes of their tokens. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { SensorView } from '../wire/event.ts';
import { VigieError } from '../errors.ts';
import { randomId } from '../store/random-id.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export interface StoredSensor extends SensorView {
  cameraId: string;
}

const MAX_SENSORS_PER_CAMERA = 16;
const COLUMNS = 'id, camera_id AS cameraId, name, created_at AS createdAtMs, last_event_at AS lastEventAtMs';

const SQL = declareStatements('sensors', {
  add: 'INSERT INTO sensors (id, camera_id, name, token_hash, created_at) VALUES (?, ?, ?, ?, ?)',
  list: `SELECT ${COLUMNS} FROM sensors WHERE camera_id = ? ORDER BY created_at, rowid`,
  ofToken: `SELECT ${COLUMNS} FROM sensors WHERE token_hash = ?`,
  said: 'UPDATE sensors SET last_event_at = ? WHERE id = ?',
  remove: 'DELETE FROM sensors WHERE id = ? AND camera_id = ?',
});

export class SensorQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** @param tokenHash 32 bytes @throws VigieError `conflict` when there are too many */
  add(cameraId: string, name: string, tokenHash: Uint8Array, nowMs: number): StoredSensor {
    if (this.list(cameraId).length >= MAX_SENSORS_PER_CAMERA)
      throw new VigieError(
        'conflict',
        `a camera has at most ${MAX_SENSORS_PER_CAMERA} sensors; remove one first`,
      );
    const id = randomId('sen');
    this.#statements.add.run(id, cameraId, name, tokenHash, nowMs);
    return { id, cameraId, name, createdAtMs: nowMs, lastEventAtMs: null };
  }

  /** In the order they were added. */
  list(cameraId: string): StoredSensor[] {
    return this.#statements.list.all(cameraId).map(toSensor);
  }

  ofToken(tokenHash: Uint8Array): StoredSensor | undefined {
    const row = this.#statements.ofToken.get(tokenHash);
    return row && toSensor(row);
  }

  said(id: string, atMs: number): void {
    this.#statements.said.run(atMs, id);
  }

  /** @returns false when this camera has no such sensor */
  remove(cameraId: string, id: string): boolean {
    return this.#statements.remove.run(id, cameraId).changes === 1;
  }
}

export const SENSOR_WORK = {
  add: 'action',
  list: 'quick',
  ofToken: 'quick',
  said: 'state',
  remove: 'action',
} as const satisfies WorkOf<SensorQueries>;

export type SensorStore = Shared<SensorQueries, typeof SENSOR_WORK>;

function toSensor(row: Record<string, SQLOutputValue>): StoredSensor {
  // The table is STRICT, so the columns have the types the schema gives them.
  return { ...row } as unknown as StoredSensor;
}
