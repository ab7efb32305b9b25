/**
 * Rows of the audit log. The database itself refuses to change an entry, and to delete it in its first week (triggers in
 * store/schema.ts); only the end and the count of a stretch may grow.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { AUDIT_ACTIONS, type AuditAction, type AuditKind } from '../wire/audit-actions.ts';
import { AUDIT_SETTINGS, DEFAULT_AUDIT_DAYS, type AuditEntry, type AuditSettings } from '../wire/audit.ts';
import { validate } from '../wire/validate.ts';
import { inTransaction } from '../store/database.ts';
import { readFields } from '../store/json-column.ts';
import { pageOf, type Page, type Place } from '../store/page.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export type NewAuditEntry = Omit<AuditEntry, 'kind'>;

/** A later end of a stretch. */
export type AuditStretchEnd = Pick<AuditEntry, 'id' | 'endedAtMs' | 'count'>;

/** Selection of entries; times in ms since the Unix epoch. */
export interface AuditFilter {
  userId?: string;
  cameraId?: string;
  kind?: AuditKind;
  from?: number;
  to?: number;
}

export interface AuditListQuery extends AuditFilter {
  limit: number;
  /** An entry's id: only those before it; none if it is gone. */
  before?: string;
  /** The end of the page before. */
  after?: Place;
}

/** No stretch lasts longer (audit-stretches.ts), so those that reach into a day began at most this long before it. */
export const MAX_STRETCH_MS = 24 * 3_600_000;
/** Some 30 MB. */
export const MAX_AUDIT_ENTRIES = 90_000;
/** Above those, for administrators and the server alone (audit-log.ts). */
export const RESERVED_AUDIT_ENTRIES = 10_000;
/** As in the trigger, plus an hour by which the trigger's clock may differ. */
const UNDELETABLE_MS = (7 * 24 + 1) * 3_600_000;
const LATEST_MS = Number.MAX_SAFE_INTEGER;

const COLUMNS = `sequence, id, began_at AS beganAtMs, ended_at AS endedAtMs, action, kind, refused, count, user_id AS userId, username,
  address, device, camera_id AS cameraId, camera_name AS cameraName, details`;
const SELECTED = `began_at BETWEEN :lowMs AND :highMs AND (began_at < :highMs OR sequence < :below) AND ended_at >= :fromMs
    AND (:kind IS NULL OR kind = :kind)`;
const NEWEST_FIRST = 'ORDER BY began_at DESC, sequence DESC LIMIT :limit';

const SQL = declareStatements('audit', {
  add: `
    INSERT INTO audit_entries (id, began_at, ended_at, action, kind, refused, count, user_id, username, address, device,
      camera_id, camera_name, details)
    VALUES (:id, :beganAtMs, :endedAtMs, :action, :kind, :refused, :count, :userId, :username, :address, :device,
      :cameraId, :cameraName, :details)
    ON CONFLICT (id) DO NOTHING`,
  extend: `
    UPDATE audit_entries SET ended_at = max(ended_at, :endedAtMs), count = max(count, :count) WHERE id = :id`,
  cursor: 'SELECT began_at AS rank, sequence FROM audit_entries WHERE id = ?',
  // Each reads a part of one index, in index order.
  newest: `SELECT ${COLUMNS} FROM audit_entries WHERE ${SELECTED} ${NEWEST_FIRST}`,
  newestOfUser: `
    SELECT ${COLUMNS} FROM audit_entries WHERE user_id = :userId AND ${SELECTED}
      AND (:cameraId IS NULL OR camera_id = :cameraId) ${NEWEST_FIRST}`,
  newestOfCamera: `
    SELECT ${COLUMNS} FROM audit_entries WHERE camera_id = :cameraId AND ${SELECTED} ${NEWEST_FIRST}`,
  oldest: 'SELECT began_at AS beganAtMs FROM audit_entries ORDER BY began_at LIMIT 1',
  removeBefore: 'DELETE FROM audit_entries WHERE began_at < ?',
  last: 'SELECT sequence FROM audit_entries ORDER BY sequence DESC LIMIT 1',
  first: 'SELECT sequence FROM audit_entries ORDER BY sequence LIMIT 1',
  removeSurplus: 'DELETE FROM audit_entries WHERE sequence <= ? AND began_at < ?',
  settings: 'SELECT settings FROM audit_settings WHERE one = 1',
  setSettings: `
    INSERT INTO audit_settings (one, settings) VALUES (1, ?)
    ON CONFLICT (one) DO UPDATE SET settings = excluded.settings`,
});

export class AuditQueries {
  readonly #database: DatabaseSync;
  readonly #statements;
  readonly #maxEntries: number;

  constructor(database: DatabaseSync, maxEntries = MAX_AUDIT_ENTRIES) {
    this.#database = database;
    this.#maxEntries = maxEntries;
    this.#statements = prepareStatements(database, SQL);
  }

  /** A repetition after a failure writes the same entry. */
  add(entry: NewAuditEntry): void {
    this.#statements.add.run({
      ...entry,
      kind: AUDIT_ACTIONS[entry.action],
      refused: Number(entry.refused),
      details: JSON.stringify(entry.details),
    });
  }

  /** Never shortens a stretch. */
  extend(ends: readonly AuditStretchEnd[]): void {
    inTransaction(this.#database, () => {
      for (const { id, endedAtMs, count } of ends) this.#statements.extend.run({ id, endedAtMs, count });
    });
  }

  /** Newest first. */
  list(query: AuditListQuery): Page<AuditEntry> {
    const { limit, before, userId, cameraId, kind = null, from = 0, to = LATEST_MS } = query;
    const { newest, newestOfUser, newestOfCamera } = this.#statements;
    const cursor =
      before === undefined ? query.after : (this.#statements.cursor.get(before) as Place | undefined);
    if (before !== undefined && !cursor) return { rows: [], next: null };
    const range = {
      kind,
      fromMs: from,
      lowMs: from - MAX_STRETCH_MS,
      highMs: Math.min(to, cursor?.rank ?? LATEST_MS),
      below: cursor?.sequence ?? LATEST_MS,
      limit,
    };
    const rows =
      userId !== undefined
        ? newestOfUser.all({ ...range, userId, cameraId: cameraId ?? null })
        : cameraId !== undefined
          ? newestOfCamera.all({ ...range, cameraId })
          : newest.all(range);
    const places = rows.map((row) => ({ rank: Number(row['beganAtMs']), sequence: Number(row['sequence']) }));
    return pageOf(rows.flatMap(toEntry), places, limit);
  }

  /**
   * Removes entries from before that time, and the oldest above the limit.
   *
   * @param atMostMs the longest span removed at once, so that a clock that is wrong for a moment loses little
   * @returns the number of entries still above the limit
   */
  prune(beforeMs: number, nowMs: number, atMostMs: number): number {
    const { first, last, oldest, removeBefore, removeSurplus } = this.#statements;
    return inTransaction(this.#database, () => {
      const deletableMs = nowMs - UNDELETABLE_MS;
      const oldestMs = Number(oldest.get()?.['beganAtMs'] ?? beforeMs);
      removeBefore.run(Math.min(beforeMs, deletableMs, oldestMs + atMostMs));
      const surplus = sequenceOf(last.get()) - this.#maxEntries;
      removeSurplus.run(surplus, deletableMs);
      const oldestLeft = first.get();
      return oldestLeft === undefined ? 0 : Math.max(0, surplus - sequenceOf(oldestLeft) + 1);
    });
  }

  settings(): AuditSettings {
    const { days = DEFAULT_AUDIT_DAYS } =
      readFields(AUDIT_SETTINGS, this.#statements.settings.get()?.['settings']) ?? {};
    return { days };
  }

  setSettings(settings: AuditSettings): void {
    this.#statements.setSettings.run(JSON.stringify(settings));
  }
}

export const AUDIT_WORK = {
  add: 'record',
  extend: 'record',
  list: 'long',
  prune: 'record',
  settings: 'quick',
  setSettings: 'action',
} as const satisfies WorkOf<AuditQueries>;

export type AuditStore = Shared<AuditQueries, typeof AUDIT_WORK>;

/** An action of another version is left out. */
function toEntry({ sequence: _sequence, ...row }: Record<string, SQLOutputValue>): AuditEntry[] {
  if (!isAction(row['action'])) return [];
  const details = validate(DETAILS, jsonOf(row['details']));
  // The table is STRICT, so the columns have the types the schema gives them.
  return [{ ...row, refused: row['refused'] === 1, details: details.data ?? {} } as unknown as AuditEntry];
}

function sequenceOf(row: Record<string, SQLOutputValue> | undefined): number {
  return Number(row?.['sequence'] ?? 0);
}

const DETAILS = z.record(z.string(), z.unknown());

function isAction(value: unknown): value is AuditAction {
  return typeof value === 'string' && Object.hasOwn(AUDIT_ACTIONS, value);
}

function jsonOf(column: unknown): unknown {
  try {
    return JSON.parse(String(column));
  } catch {
    return undefined;
  }
}
