/** The age limit of recordings, and the data above it: recordings that may be deleted, and pictures of events. */

import type { DatabaseSync } from 'node:sqlite';
import type { SteadyRun } from '../core/recording/date-trust.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import type { Expired } from '../wire/recording.ts';

const EXPIRED = 'FROM recordings WHERE protected = 0 AND open = 0 AND end_ms < ?';
const PICTURES = 'SELECT id FROM events WHERE ended_at IS NOT NULL AND ended_at < ?';

const SQL = declareStatements('retention', {
  keepDays: "SELECT value FROM site_settings WHERE name = 'keepDays'",
  setKeepDays: `
    INSERT INTO site_settings (name, value) VALUES ('keepDays', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  clearKeepDays: "DELETE FROM site_settings WHERE name = 'keepDays'",
  trustedMs: "SELECT value FROM site_settings WHERE name = 'trustedMs'",
  setTrustedMs: `
    INSERT INTO site_settings (name, value) VALUES ('trustedMs', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  steadyRun: "SELECT value FROM site_settings WHERE name = 'steadyRun'",
  setSteadyRun: `
    INSERT INTO site_settings (name, value) VALUES ('steadyRun', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  newestMs: 'SELECT max(end_ms) AS value FROM recordings WHERE protected = 0 AND open = 0',
  amount: `
    SELECT count(*) AS recordings, coalesce(sum(bytes), 0) AS bytes, count(DISTINCT camera_id) AS cameras
    ${EXPIRED}`,
  // By their index.
  ids: `
    SELECT id, end_ms AS endMs, bytes, rowid AS sequence ${EXPIRED} AND (end_ms, bytes, rowid) > (?, ?, ?)
    ORDER BY end_ms, bytes, rowid LIMIT ?`,
  pictures: `SELECT count(*) AS count FROM event_thumbnails WHERE event_id IN (${PICTURES})`,
  removePictures: `
    DELETE FROM event_thumbnails WHERE event_id IN (
      SELECT event_id FROM event_thumbnails WHERE event_id IN (${PICTURES}) LIMIT ?)`,
});

export interface ExpiredRecording {
  id: string;
  endMs: number;
  bytes: number;
  sequence: number;
}

export class RetentionQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Null: as long as there is room. */
  keepDays(): number | null {
    const value = Number(this.#statements.keepDays.get()?.['value'] ?? 0);
    return Number.isInteger(value) && value > 0 ? value : null;
  }

  setKeepDays(days: number | null): void {
    if (days === null) this.#statements.clearKeepDays.run();
    else this.#statements.setKeepDays.run(String(days));
  }

  /** The last date that was trusted; before there is one, the end of the newest recording, and null without recordings. */
  trustedMs(): number | null {
    const row = this.#statements.trustedMs.get() ?? this.#statements.newestMs.get();
    return typeof row?.['value'] === 'string' || typeof row?.['value'] === 'number'
      ? Number(row['value'])
      : null;
  }

  setTrustedMs(ms: number): void {
    this.#statements.setTrustedMs.run(String(ms));
  }

  /** Null before one was kept. */
  steadyRun(): SteadyRun | null {
    const [steadyForMs = NaN, seenMs = NaN] = String(this.#statements.steadyRun.get()?.['value'] ?? '')
      .split(' ')
      .map(Number);
    return steadyForMs >= 0 && Number.isFinite(seenMs) ? { steadyForMs, seenMs } : null;
  }

  setSteadyRun({ steadyForMs, seenMs }: SteadyRun): void {
    this.#statements.setSteadyRun.run(`${steadyForMs} ${seenMs}`);
  }

  /** @param beforeMs the date before which it ended */
  expired(beforeMs: number): Expired {
    const amount = this.#statements.amount.get(beforeMs);
    return {
      recordings: Number(amount?.['recordings']),
      bytes: Number(amount?.['bytes']),
      cameras: Number(amount?.['cameras']),
      eventPictures: Number(this.#statements.pictures.get(beforeMs)?.['count']),
    };
  }

  /** The next ones after a given one, in the order of their ends. */
  expiredAfter(
    beforeMs: number,
    { endMs, bytes, sequence }: Omit<ExpiredRecording, 'id'>,
    limit: number,
  ): ExpiredRecording[] {
    return this.#statements.ids
      .all(beforeMs, endMs, bytes, sequence, limit)
      .map((row) => ({ ...row }) as unknown as ExpiredRecording);
  }

  /** The writing thread has other work, so `limit` at a time. @returns how many were deleted */
  removePictures(beforeMs: number, limit: number): number {
    return Number(this.#statements.removePictures.run(beforeMs, limit).changes);
  }
}

export const RETENTION_WORK = {
  keepDays: 'quick',
  setKeepDays: 'action',
  trustedMs: 'quick',
  setTrustedMs: 'state',
  steadyRun: 'quick',
  setSteadyRun: 'state',
  expired: 'long',
  expiredAfter: 'long',
  removePictures: 'action',
} as const satisfies WorkOf<RetentionQueries>;

export type RetentionStore = Shared<RetentionQueries, typeof RETENTION_WORK>;
