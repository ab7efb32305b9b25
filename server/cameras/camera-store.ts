/** The known cameras, connected or not, and their keys. */

import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { KnownCamera } from '../core/cameras.ts';
import { VigieError } from '../errors.ts';
import type { CameraKind } from '../wire/camera.ts';
import { CAMERA_KEY_BYTES } from '../wire/camera-protocol.ts';
import { ofCamera, type AdjustableSettings, type CameraSettings } from '../wire/camera-settings.ts';
import type { Right } from '../wire/rights.ts';
import { ADJUSTABLE_SETTINGS, CAMERA_SETTINGS } from '../wire/routes/cameras.ts';
import { inTransaction } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import { readFields } from '../store/json-column.ts';
import { ALL_RIGHTS, readRights } from '../store/rights-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** Bounds what a faulty script can add. */
const MAX_CAMERAS = 1000;
const COLUMNS = 'id, name, kind, created_at AS createdAtMs, last_frame_at AS lastFrameAtMs';

const SQL = declareStatements('cameras', {
  list: `SELECT ${COLUMNS} FROM cameras ORDER BY created_at, rowid`,
  listOf: `
    SELECT ${COLUMNS} FROM cameras c WHERE EXISTS (
      SELECT 1 FROM users u WHERE u.id = :userId AND (u.role = 'administrator' OR EXISTS (
    SELECT 1 FROM user_rights r WHERE r.user_id = u.id AND r.camera_id = c.id AND r.granted = :right)))
    ORDER BY created_at, rowid`,
  listWithRights: `
    SELECT ${COLUMNS}, (
      SELECT iif(u.role = 'administrator', '${ALL_RIGHTS}', (
        SELECT json_group_array(granted) FROM user_rights r WHERE r.user_id = u.id AND r.camera_id = c.id))
      FROM users u WHERE u.id = ?) AS rights
    FROM cameras c ORDER BY created_at, rowid`,
  find: `SELECT ${COLUMNS} FROM cameras WHERE id = ?`,
  insert:
    'INSERT INTO cameras (id, name, kind, key, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  count: 'SELECT count(*) AS count FROM cameras',
  rename: 'UPDATE cameras SET name = ? WHERE id = ?',
  remove: 'DELETE FROM cameras WHERE id = ?',
  // The right to recordings remains only if there are any.
  keepName: `
    INSERT INTO removed_cameras (id, name, removed_at) SELECT id, name, ? FROM cameras WHERE id = ?
      AND EXISTS (SELECT 1 FROM recordings r WHERE r.camera_id = cameras.id)`,
  keepViewers: `
    INSERT INTO removed_camera_viewers (user_id, camera_id) SELECT user_id, camera_id FROM user_rights
    WHERE camera_id = ? AND granted = 'lookBack'`,
  forgetRemoved: 'DELETE FROM removed_cameras WHERE id = ?',
  key: 'SELECT key FROM cameras WHERE id = ?',
  setKey: 'UPDATE cameras SET key = ? WHERE id = ?',
  settings: 'SELECT settings FROM cameras WHERE id = ?',
  setSettings: 'UPDATE cameras SET settings = ? WHERE id = ?',
  loweredFrom: 'SELECT lowered_from AS settings FROM cameras WHERE id = ?',
  setLoweredFrom: 'UPDATE cameras SET lowered_from = ? WHERE id = ?',
  setLastFrame: 'UPDATE cameras SET last_frame_at = ? WHERE id = ?',
});

export class CameraQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /** In the order they were added. */
  list(): KnownCamera[] {
    return this.#statements.list.all().map(toCamera);
  }

  /** The cameras to which a user has this right; none for an unknown user. */
  listOf(userId: string, right: Right): KnownCamera[] {
    return this.#statements.listOf.all({ userId, right }).map(toCamera);
  }

  /** The cameras to which a user has at least one right, each with those rights; none for an unknown user. */
  listWithRights(userId: string): (KnownCamera & { rights: Right[] })[] {
    return this.#statements.listWithRights
      .all(userId)
      .map(({ rights, ...row }) => ({ ...toCamera(row), rights: readRights(rights) }))
      .filter(({ rights }) => rights.length > 0);
  }

  find(id: string): KnownCamera | undefined {
    const row = this.#statements.find.get(id);
    return row && toCamera(row);
  }

  /** @throws VigieError `conflict` when there are too many */
  add(name: string, kind: CameraKind, nowMs: number): KnownCamera {
    return this.ensure(randomId('cam'), name, kind, nowMs);
  }

  /**
   * The camera with that id, created if missing: for ids chosen by the server itself (demo, seed).
   *
   * @throws VigieError `conflict` when there are too many
   */
  ensure(id: string, name: string, kind: CameraKind, nowMs: number): KnownCamera {
    const known = this.find(id);
    if (known) return known;
    if (Number(this.#statements.count.get()?.['count']) >= MAX_CAMERAS)
      throw new VigieError('conflict', `there are ${MAX_CAMERAS} cameras already; remove one first`);
    // The older firmware has no keys.
    const key = kind === 'seed' ? null : randomBytes(CAMERA_KEY_BYTES);
    this.#statements.insert.run(id, name, kind, key, nowMs);
    // The demo camera returns with its id, and gets its remaining recordings.
    this.#statements.forgetRemoved.run(id);
    return { id, name, kind, createdAtMs: nowMs, lastFrameAtMs: null };
  }

  /** @returns false for an unknown camera, like the following methods */
  rename(id: string, name: string): boolean {
    return this.#statements.rename.run(name, id).changes === 1;
  }

  /** Its recordings stay, with its name and the rights to them (removed-camera-store.ts). */
  remove(id: string, nowMs: number): boolean {
    const { keepName, keepViewers, remove } = this.#statements;
    return inTransaction(this.#database, () => {
      if (keepName.run(nowMs, id).changes === 1) keepViewers.run(id);
      return remove.run(id).changes === 1;
    });
  }

  setLastFrameAt(id: string, atMs: number): boolean {
    return this.#statements.setLastFrame.run(Math.round(atMs), id).changes === 1;
  }

  /** @returns 32 bytes; undefined for an unknown camera or one without a key */
  keyOf(id: string): Uint8Array | undefined {
    const key = this.#statements.key.get(id)?.['key'];
    return key instanceof Uint8Array ? key : undefined;
  }

  /** The old key becomes invalid. @returns the new one; undefined for an unknown camera */
  rotateKey(id: string): Uint8Array | undefined {
    const key = randomBytes(CAMERA_KEY_BYTES);
    return this.#statements.setKey.run(key, id).changes === 1 ? key : undefined;
  }

  /** Settings sent to the camera when it connects; it chooses the missing ones. */
  settingsOf(id: string): CameraSettings {
    return ofCamera(this.adjustedOf(id));
  }

  /** Whether the server may lower them while its connection does not carry them. */
  adaptsToConnection(id: string): boolean {
    return this.adjustedOf(id).adaptToConnection ?? true;
  }

  /** The settings of a lowered camera before it was lowered; undefined for any other. */
  loweredFrom(id: string): CameraSettings | undefined {
    return readFields(CAMERA_SETTINGS, this.#statements.loweredFrom.get(id)?.['settings']);
  }

  setLoweredFrom(id: string, settings: CameraSettings | null): void {
    this.#statements.setLoweredFrom.run(settings && JSON.stringify(settings), id);
  }

  /** Whether the server takes pictures of it that exceed the usual limits. */
  allowsLargePictures(id: string): boolean {
    return this.adjustedOf(id).largePictures ?? false;
  }

  /** Time between two pictures, as an administrator has set it, ms; undefined: not set. */
  pictureIntervalOf(id: string): number | undefined {
    return this.adjustedOf(id).pictureIntervalMs || undefined;
  }

  /** Every setting that an administrator has changed. */
  adjustedOf(id: string): AdjustableSettings {
    return readFields(ADJUSTABLE_SETTINGS, this.#statements.settings.get(id)?.['settings']) ?? {};
  }

  /** Missing fields stay unchanged. */
  changeSettings(id: string, change: AdjustableSettings): void {
    const settings = { ...this.adjustedOf(id), ...change };
    this.#statements.setSettings.run(JSON.stringify(settings), id);
  }
}

export const CAMERA_WORK = {
  list: 'quick',
  listOf: 'quick',
  listWithRights: 'quick',
  find: 'quick',
  add: 'action',
  ensure: 'action',
  rename: 'action',
  remove: 'action',
  setLastFrameAt: 'state',
  keyOf: 'quick',
  rotateKey: 'action',
  settingsOf: 'quick',
  adaptsToConnection: 'quick',
  loweredFrom: 'quick',
  setLoweredFrom: 'state',
  allowsLargePictures: 'quick',
  pictureIntervalOf: 'quick',
  adjustedOf: 'quick',
  changeSettings: 'action',
} as const satisfies WorkOf<CameraQueries>;

export type CameraStore = Shared<CameraQueries, typeof CAMERA_WORK>;

function toCamera(row: Record<string, SQLOutputValue>): KnownCamera {
  // The tables are STRICT, so the columns have the types the schema gives them.
  return { ...row } as unknown as KnownCamera;
}
