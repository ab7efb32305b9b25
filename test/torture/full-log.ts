/** Fills the event log to the product's bound, directly in the database of a stopped server. */

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

export const EVENTS_PER_CAMERA = 10_000;
const SPACING_MS = 60_000;
const LENGTH_MS = 8_000;

/** The events of all cameras are interleaved, as they would have come. */
export function fillEventLog(dataDir: string, cameraIds: readonly string[]): void {
  const database = new DatabaseSync(join(dataDir, 'vigie.db'));
  const insert = database.prepare(`
    INSERT INTO events (id, camera_id, source, source_name, kind, started_at, ended_at, zones, score)
    VALUES (?, ?, 'motion', '', 'motion', ?, ?, '[]', 0.1)`);
  const firstMs = Date.now() - EVENTS_PER_CAMERA * SPACING_MS;
  database.exec('BEGIN');
  for (let index = 0; index < EVENTS_PER_CAMERA; index++) {
    for (const [camera, cameraId] of cameraIds.entries()) {
      const startedMs = firstMs + index * SPACING_MS + camera * 1_000;
      insert.run(`evt_${camera}_${index}`, cameraId, startedMs, startedMs + LENGTH_MS);
    }
  }
  database.exec('COMMIT');
  database.close();
}
