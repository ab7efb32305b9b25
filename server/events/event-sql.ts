/** The statements of events and their thumbnails (event-store.ts). */

import { declareStatements } from '../store/statements.ts';

const COLUMNS = `id, camera_id AS cameraId, source, source_name AS sourceName, kind, label,
  started_at AS startedAtMs, ended_at AS endedAtMs, zones, score,
  coalesce((SELECT version FROM event_thumbnails WHERE event_id = id), 0) AS thumbnailVersion`;
const WITHIN = `camera_id = :cameraId AND started_at BETWEEN :lowMs AND :highMs
    AND (ended_at IS NULL OR ended_at >= :fromMs) AND (:kind IS NULL OR kind = :kind)
    AND (:label IS NULL OR label = :label)`;

export const EVENT_SQL = declareStatements('events', {
  insert: `
    INSERT INTO events (id, camera_id, source, source_name, kind, label, started_at, ended_at, zones, score)
    VALUES (:id, :cameraId, :source, :sourceName, :kind, :label, :startedAtMs, :endedAtMs, :zones, :score)
    ON CONFLICT (id) DO NOTHING`,
  trim: `
    DELETE FROM events WHERE camera_id = :cameraId AND ended_at IS NOT NULL AND sequence <= (
      SELECT sequence FROM events WHERE camera_id = :cameraId ORDER BY sequence DESC LIMIT 1 OFFSET :max)`,
  update: `
    UPDATE events SET zones = :zones, score = :score, label = coalesce(:label, label)
    WHERE id = :id AND ended_at IS NULL RETURNING ${COLUMNS}`,
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
  newestOfLabel: `
    SELECT sequence, sequence AS rank FROM events
    WHERE camera_id = :cameraId AND label = :label AND label <> '' AND sequence BETWEEN :low AND :high
    ORDER BY sequence DESC LIMIT :limit`,
  labels: "SELECT DISTINCT label FROM events WHERE camera_id = ? AND label <> '' ORDER BY label LIMIT ?",
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
  replaceThumbnail: `
    UPDATE event_thumbnails SET jpeg = ?, version = version + 1 WHERE event_id = (SELECT id FROM events WHERE camera_id = ? AND id = ?)`,
  trimThumbnails: `
    DELETE FROM event_thumbnails WHERE event_id IN (
      SELECT event_id FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ?
      ORDER BY sequence DESC LIMIT -1 OFFSET ?)`,
  thumbnail: `
    SELECT jpeg FROM event_thumbnails JOIN events ON id = event_id WHERE camera_id = ? AND event_id = ?`,
});
