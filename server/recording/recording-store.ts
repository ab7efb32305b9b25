/** Queries of the recordings' index: segments, gaps with their reasons, and recording settings. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import {
  RECORDING_SETTINGS,
  type GapReason,
  type RecordedAmount,
  type RecordedSegment,
  type RecordingGap,
  type Timeline,
} from '../wire/recording.ts';
import { SETTINGS_WORK, SettingsQueries, settingsSql } from '../store/settings-queries.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** Times are ms since the Unix epoch. */
export interface StoredSegment {
  id: string;
  cameraId: string;
  startMs: number;
  endMs: number;
  bytes: number;
  width: number;
  height: number;
  protected: boolean;
  open: boolean;
  /** Grows in the order in which they were begun, whatever their dates; missing for one that the index does not have yet. */
  sequence?: number;
}

/** Changes not yet in the index: entries that differ from the stored ones, and those of them in the range. */
export interface Unindexed {
  ids: readonly string[];
  segments: readonly StoredSegment[];
}

const COLUMNS =
  'id, camera_id AS cameraId, start_ms AS startMs, end_ms AS endMs, bytes, width, height, protected, open, rowid AS sequence';

const SQL = declareStatements('recordings', {
  // In the order they were begun, for dates may have been wrong then.
  all: `SELECT ${COLUMNS} FROM recordings ORDER BY rowid`,
  // A recording lasts about a minute. That of a slow camera lasts longer, but none of the camera begins within it; so only the
  // last one that begins earlier than that can reach into the range.
  range: `
    SELECT ${COLUMNS} FROM recordings
    WHERE camera_id = :cameraId AND start_ms <= :toMs AND end_ms >= :fromMs AND start_ms >= coalesce((
      SELECT max(start_ms) FROM recordings WHERE camera_id = :cameraId AND start_ms <= :fromMs - 120000), 0)
    ORDER BY start_ms`,
  unprotectedIds: `
    SELECT id, start_ms AS startMs FROM recordings
    WHERE camera_id = :cameraId AND start_ms > :afterMs AND protected = 0
    ORDER BY start_ms LIMIT :limit`,
  amount: `
    SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes,
      coalesce(sum(protected), 0) AS protectedCount, coalesce(sum(bytes * protected), 0) AS protectedBytes
    FROM recordings WHERE camera_id = ?`,
  find: `SELECT ${COLUMNS} FROM recordings WHERE id = ?`,
  newest: `
    SELECT ${COLUMNS} FROM recordings WHERE camera_id = ? ORDER BY start_ms DESC LIMIT 1`,
  put: `
    INSERT INTO recordings (id, camera_id, start_ms, end_ms, bytes, width, height, protected, open)
    VALUES (:id, :cameraId, :startMs, :endMs, :bytes, :width, :height, :protected, :open)
    ON CONFLICT (id) DO UPDATE SET start_ms = :startMs, end_ms = :endMs, bytes = :bytes, width = :width, height = :height,
      protected = :protected, open = :open`,
  remove: 'DELETE FROM recordings WHERE id = ?',
  gaps: `
    SELECT start_ms AS startMs, end_ms AS endMs, reason FROM recording_gaps
    WHERE camera_id = :cameraId AND end_ms >= :fromMs AND start_ms <= :toMs`,
  openGaps: `
    SELECT start_ms AS startMs, end_ms AS endMs, reason FROM recording_gaps
    WHERE camera_id = :cameraId AND end_ms IS NULL AND start_ms <= :toMs`,
  // A repeated write after a failure is the same gap.
  beginGap: `
    INSERT INTO recording_gaps (camera_id, start_ms, end_ms, reason) SELECT :cameraId, :startMs, :endMs, :reason
    WHERE NOT EXISTS (
      SELECT 1 FROM recording_gaps WHERE camera_id = :cameraId AND start_ms = :startMs AND reason = :reason
        AND (:endMs IS NULL OR end_ms IS :endMs))`,
  endGaps: `
    UPDATE recording_gaps SET end_ms = max(?, start_ms)
    WHERE camera_id = ? AND end_ms IS NULL AND reason <> 'cameraFrozen'`,
  endFrozenGap: `
    UPDATE recording_gaps SET end_ms = max(?, start_ms)
    WHERE camera_id = ? AND end_ms IS NULL AND reason = 'cameraFrozen'`,
  moveGaps: `
    UPDATE recording_gaps SET start_ms = start_ms + :byMs, end_ms = end_ms + :byMs
    WHERE camera_id = :cameraId AND reason <> 'clockChanged'
      AND (end_ms BETWEEN :fromMs AND :toMs OR end_ms IS NULL AND start_ms BETWEEN :fromMs - 86400000 AND :toMs)`,
  // Time that a camera was recorded in, before the clock was set, is not missing.
  addClockGap: `
    INSERT INTO recording_gaps (camera_id, start_ms, end_ms, reason)
    SELECT :cameraId, max(:startMs, coalesce((SELECT max(end_ms) FROM recordings
      WHERE camera_id = :cameraId AND start_ms >= :startMs AND start_ms < :endMs AND end_ms <= :endMs AND open = 0), :startMs)), :endMs, 'clockChanged'
    WHERE NOT EXISTS (
      SELECT 1 FROM recording_gaps WHERE camera_id = :cameraId AND end_ms = :endMs AND reason = 'clockChanged')`,
  forgetClockGaps:
    "DELETE FROM recording_gaps WHERE camera_id = ? AND reason = 'clockChanged' AND end_ms > ?",
  forgetGaps: 'DELETE FROM recording_gaps WHERE camera_id = ?',
  forgetOldGaps: 'DELETE FROM recording_gaps WHERE camera_id = ? AND end_ms < ?',
  ...settingsSql('recording_settings', 'camera_id'),
});

export class RecordingQueries extends SettingsQueries<typeof RECORDING_SETTINGS.shape> {
  readonly #statements;

  constructor(database: DatabaseSync) {
    const statements = prepareStatements(database, SQL);
    super(RECORDING_SETTINGS, statements);
    this.#statements = statements;
  }

  /** Oldest first. */
  all(): StoredSegment[] {
    return this.#statements.all.all().map(toSegment);
  }

  /** Those of a camera that reach into a range of time, oldest first. */
  range(cameraId: string, fromMs: number, toMs: number): StoredSegment[] {
    return this.#statements.range.all({ cameraId, fromMs, toMs }).map(toSegment);
  }

  /**
   * A wire Timeline as JSON in UTF-8, ready to be sent: a month has so many minutes that copying them to another thread as
   * objects, and writing them down there, would take that thread a quarter of a second.
   */
  timeline(cameraId: string, fromMs: number, toMs: number, unindexed: Unindexed): Uint8Array {
    const except = new Set(unindexed.ids);
    const indexed = this.range(cameraId, fromMs, toMs).filter(({ id }) => !except.has(id));
    const segments = [...indexed, ...unindexed.segments]
      .sort((a, b) => a.startMs - b.startMs)
      .map(toRecordedSegment);
    const timeline: Timeline = { fromMs, toMs, segments, gaps: this.gaps(cameraId, fromMs, toMs) };
    return new TextEncoder().encode(JSON.stringify(timeline));
  }

  /** Unprotected ones of a camera, the next that begin after a moment, oldest first, `limit` at most. */
  unprotectedIds(cameraId: string, afterMs: number, limit: number): { id: string; startMs: number }[] {
    return this.#statements.unprotectedIds
      .all({ cameraId, afterMs, limit })
      .map(({ id, startMs }) => ({ id: String(id), startMs: Number(startMs) }));
  }

  /** The amount of a camera's recordings. */
  amountOf(cameraId: string): RecordedAmount {
    return { ...this.#statements.amount.get(cameraId) } as unknown as RecordedAmount;
  }

  find(id: string): StoredSegment | undefined {
    const row = this.#statements.find.get(id);
    return row && toSegment(row);
  }

  newestOf(cameraId: string): StoredSegment | undefined {
    const row = this.#statements.newest.get(cameraId);
    return row && toSegment(row);
  }

  put(segment: StoredSegment): void {
    const { id, cameraId, startMs, endMs, bytes, width, height, protected: isProtected, open } = segment;
    const columns = { id, cameraId, startMs, endMs, bytes, width, height };
    this.#statements.put.run({ ...columns, protected: Number(isProtected), open: Number(open) });
  }

  remove(id: string): void {
    this.#statements.remove.run(id);
  }

  /** Those of a camera that reach into a range of time, oldest first. */
  gaps(cameraId: string, fromMs: number, toMs: number): RecordingGap[] {
    const { gaps, openGaps } = this.#statements;
    const rows = [...gaps.all({ cameraId, fromMs, toMs }), ...openGaps.all({ cameraId, toMs })];
    return rows.map((row) => ({ ...row }) as unknown as RecordingGap).sort((a, b) => a.startMs - b.startMs);
  }

  /** @param endMs null while it lasts */
  addGap(cameraId: string, reason: GapReason, startMs: number, endMs: number | null): void {
    this.#statements.beginGap.run({ cameraId, startMs, endMs, reason });
  }

  /** Ends the open gap. */
  endGaps(cameraId: string, endMs: number): void {
    this.#statements.endGaps.run(endMs, cameraId);
  }

  /** Ends the mark of a frozen picture. */
  endFrozenGap(cameraId: string, endMs: number): void {
    this.#statements.endFrozenGap.run(endMs, cameraId);
  }

  /** The clock was set by `byMs`: redates gaps that ended between two earlier dates, or go on: the wrong clock dated them. */
  moveGaps(cameraId: string, byMs: number, fromMs: number, toMs: number): void {
    this.#statements.moveGaps.run({ cameraId, byMs, fromMs, toMs });
  }

  /** Time that the clock skipped, from the last recording before it on. */
  addClockGap(cameraId: string, startMs: number, endMs: number): void {
    this.#statements.addClockGap.run({ cameraId, startMs, endMs });
  }

  /** The clock was set back to before they end. */
  forgetClockGaps(cameraId: string, nowMs: number): void {
    this.#statements.forgetClockGaps.run(cameraId, nowMs);
  }

  forgetGaps(cameraId: string): void {
    this.#statements.forgetGaps.run(cameraId);
  }

  /** Removes gaps of a time without recordings. */
  forgetGapsBefore(cameraId: string, beforeMs: number): void {
    this.#statements.forgetOldGaps.run(cameraId, beforeMs);
  }
}

export const RECORDING_WORK = {
  all: 'quick',
  range: 'long',
  timeline: 'long',
  unprotectedIds: 'long',
  amountOf: 'long',
  find: 'quick',
  newestOf: 'quick',
  put: 'record',
  remove: 'record',
  gaps: 'long',
  addGap: 'record',
  endGaps: 'record',
  endFrozenGap: 'record',
  moveGaps: 'record',
  addClockGap: 'record',
  forgetClockGaps: 'record',
  forgetGaps: 'record',
  forgetGapsBefore: 'state',
  ...SETTINGS_WORK,
} as const satisfies WorkOf<RecordingQueries>;

export type RecordingStore = Shared<RecordingQueries, typeof RECORDING_WORK>;

function toSegment(row: Record<string, SQLOutputValue>): StoredSegment {
  return { ...row, protected: row['protected'] === 1, open: row['open'] === 1 } as unknown as StoredSegment;
}

/** As it is listed under its camera. */
function toRecordedSegment(segment: StoredSegment): RecordedSegment {
  const { id, startMs, endMs, bytes, width, height, open } = segment;
  return { id, startMs, endMs, bytes, width, height, protected: segment.protected, open };
}
