/** Users, and the rights of each viewer by camera. An administrator has every right to every camera; none are stored. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import type { Role } from '../wire/account.ts';
import type { CameraRights, Right } from '../wire/rights.ts';
import { inTransaction } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import { ALL_RIGHTS, readRights } from '../store/rights-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export interface StoredUser {
  id: string;
  /** Unique, without regard to the case of ASCII letters. */
  username: string;
  /** PHC string. */
  passwordHash: string;
  role: Role;
  /** ms since the Unix epoch. */
  createdAtMs: number;
}

export interface NewUser {
  username: string;
  passwordHash: string;
  role: Role;
  cameras: readonly CameraRights[];
}

/** Undefined fields stay unchanged. */
export interface StoredUserChange {
  passwordHash?: string | undefined;
  role?: Role | undefined;
  cameras?: readonly CameraRights[] | undefined;
  /** Must still be the current hash, for a change that follows from knowing that password. */
  formerPasswordHash?: string | undefined;
  /** The session that stays when the password changes. */
  exceptSessionId?: string | undefined;
  /** The API keys stay when the password changes. */
  keepsKeys?: boolean | undefined;
}

const MAX_USERS = 1000;
const COLUMNS = 'id, username, password_hash AS passwordHash, role, created_at AS createdAtMs';

const SQL = declareStatements('users', {
  list: `SELECT ${COLUMNS} FROM users ORDER BY created_at, rowid`,
  find: `SELECT ${COLUMNS} FROM users WHERE id = ?`,
  findByName: `SELECT ${COLUMNS} FROM users WHERE username = ?`,
  count: "SELECT count(*) AS users, sum(role = 'administrator') AS administrators FROM users",
  insert: 'INSERT INTO users (id, username, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?)',
  setPasswordHash: 'UPDATE users SET password_hash = ? WHERE id = ?',
  setRole: 'UPDATE users SET role = ? WHERE id = ?',
  remove: 'DELETE FROM users WHERE id = ?',
  endSessions: 'DELETE FROM sessions WHERE user_id = ? AND id IS NOT ? RETURNING id',
  endKeys: "DELETE FROM credentials WHERE user_id = ? AND kind = 'apiKey' RETURNING id",
  granted: `
    SELECT camera_id AS cameraId, json_group_array(granted) AS rights FROM user_rights WHERE user_id = :id
    GROUP BY camera_id
    UNION ALL SELECT camera_id, '["lookBack"]' FROM removed_camera_viewers WHERE user_id = :id`,
  rightsTo: `
    SELECT iif(u.role = 'administrator', '${ALL_RIGHTS}', (
      SELECT json_group_array(granted) FROM user_rights r WHERE r.user_id = u.id AND r.camera_id = c.id)) AS rights
    FROM users u, cameras c WHERE u.id = ? AND c.id = ?`,
  may: `
    SELECT 1 FROM users u, cameras c WHERE u.id = :id AND c.id = :cameraId AND (u.role = 'administrator'
      OR EXISTS (SELECT 1 FROM user_rights r
        WHERE r.user_id = u.id AND r.camera_id = c.id AND r.granted = :right))`,
  looksBackAtRemoved: `
    SELECT 1 FROM users u, removed_cameras c WHERE u.id = ? AND c.id = ? AND (u.role = 'administrator'
      OR EXISTS (SELECT 1 FROM removed_camera_viewers v WHERE v.user_id = u.id AND v.camera_id = c.id))`,
  clearRights: 'DELETE FROM user_rights WHERE user_id = ?',
  clearRemoved: 'DELETE FROM removed_camera_viewers WHERE user_id = ?',
  addRight: `
    INSERT OR IGNORE INTO user_rights (user_id, camera_id, granted) SELECT :id, id, :right FROM cameras
    WHERE id = :cameraId`,
  knowsCamera: 'SELECT 1 FROM cameras WHERE id = ?',
  addRemoved: `
    INSERT OR IGNORE INTO removed_camera_viewers (user_id, camera_id) SELECT :id, id FROM removed_cameras
    WHERE id = :cameraId`,
  knowsRemoved: 'SELECT 1 FROM removed_cameras WHERE id = ?',
});

export class UserQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /** In the order they were added, each with the granted rights. */
  list(): (StoredUser & { cameras: CameraRights[] })[] {
    return this.#statements.list
      .all()
      .map(toUser)
      .map((user) => ({ ...user, cameras: this.granted(user.id) }));
  }

  find(id: string): StoredUser | undefined {
    const row = this.#statements.find.get(id);
    return row && toUser(row);
  }

  findByName(username: string): StoredUser | undefined {
    const row = this.#statements.findByName.get(username);
    return row && toUser(row);
  }

  isEmpty(): boolean {
    return this.#counts().users === 0;
  }

  /** @throws VigieError `conflict` when the name is taken or there are too many users, `badRequest` for an unknown camera */
  add(user: NewUser, nowMs: number): StoredUser {
    const { cameras, ...columns } = user;
    return inTransaction(this.#database, () => {
      if (this.findByName(user.username))
        throw new VigieError('conflict', `there is a user ${user.username} already`);
      if (this.#counts().users >= MAX_USERS)
        throw new VigieError('conflict', `there are ${MAX_USERS} users already; remove one first`);
      const id = randomId('user');
      this.#statements.insert.run(id, user.username, user.passwordHash, user.role, nowMs);
      this.#setRights(id, cameras);
      return { id, ...columns, createdAtMs: nowMs };
    });
  }

  /**
   * Applies all of the change or nothing. A new password ends the user's sessions and API keys.
   *
   * @returns the ids of the sessions and keys that ended
   * @throws VigieError `badRequest` for an unknown camera, or more than `lookBack` to one that was removed, `notFound`,
   * `conflict` when no administrator would be left, or the
   *    password is no longer the former one
   */
  change(id: string, change: StoredUserChange): string[] {
    const { passwordHash, role, cameras, formerPasswordHash: former, exceptSessionId = null } = change;
    return inTransaction(this.#database, () => {
      const user = this.#known(id);
      if (former !== undefined && user.passwordHash !== former)
        throw new VigieError('conflict', 'the password was changed by someone else at the same moment');
      if (role === 'viewer') this.#assertNotLastAdministrator(user);
      if (passwordHash !== undefined) this.#statements.setPasswordHash.run(passwordHash, id);
      if (role !== undefined) this.#statements.setRole.run(role, id);
      if (cameras !== undefined) this.#setRights(id, cameras);
      if (passwordHash === undefined) return [];
      const endedKeys = change.keepsKeys === true ? [] : this.#endKeys(id);
      return [...this.#endSessions(id, exceptSessionId), ...endedKeys];
    });
  }

  /** Stores another hash of the same password; does nothing when the password has changed meanwhile. */
  renewHash(id: string, former: string, passwordHash: string): void {
    if (this.find(id)?.passwordHash === former) this.#statements.setPasswordHash.run(passwordHash, id);
  }

  /**
   * Removes the user with all rights, sessions and API keys.
   *
   * @returns the ids of the sessions and keys that ended
   * @throws VigieError `notFound`, `conflict` for the last administrator
   */
  remove(id: string): string[] {
    return inTransaction(this.#database, () => {
      this.#assertNotLastAdministrator(this.#known(id));
      const ended = [...this.#endSessions(id, null), ...this.#endKeys(id)];
      this.#statements.remove.run(id);
      return ended;
    });
  }

  /** The granted rights, by camera, also to those that were removed; none for an administrator, who needs none. */
  granted(id: string): CameraRights[] {
    return this.#statements.granted
      .all({ id })
      .map((row) => ({ cameraId: String(row['cameraId']), rights: readRights(row['rights']) }))
      .filter(({ rights }) => rights.length > 0);
  }

  /** Also the right to the recordings of a removed camera (cameras/removed-camera-store.ts). */
  may(id: string, right: Right, cameraId: string): boolean {
    const { may, looksBackAtRemoved } = this.#statements;
    if (may.get({ id, right, cameraId })) return true;
    return right === 'lookBack' && looksBackAtRemoved.get(id, cameraId) !== undefined;
  }

  /** All of a user's rights to a camera; none for an unknown user or camera, or a removed camera. */
  rightsTo(id: string, cameraId: string): Right[] {
    return readRights(this.#statements.rightsTo.get(id, cameraId)?.['rights']);
  }

  /** A removed camera is unknown. */
  knowsCamera(cameraId: string): boolean {
    return this.#statements.knowsCamera.get(cameraId) !== undefined;
  }

  #known(id: string): StoredUser {
    const user = this.find(id);
    if (!user) throw new VigieError('notFound', 'there is no such user');
    return user;
  }

  #assertNotLastAdministrator({ role }: StoredUser): void {
    if (role === 'administrator' && this.#counts().administrators === 1)
      throw new VigieError(
        'conflict',
        'this is the only administrator; make another user administrator first',
      );
  }

  #endSessions(id: string, exceptId: string | null): string[] {
    return this.#statements.endSessions.all(id, exceptId).map((row) => String(row['id']));
  }

  #endKeys(id: string): string[] {
    return this.#statements.endKeys.all(id).map((row) => String(row['id']));
  }

  #setRights(id: string, cameras: readonly CameraRights[]): void {
    this.#statements.clearRights.run(id);
    this.#statements.clearRemoved.run(id);
    for (const { cameraId, rights } of cameras) {
      if (this.knowsCamera(cameraId))
        for (const right of rights) this.#statements.addRight.run({ id, right, cameraId });
      else this.#addRemoved(id, cameraId, rights);
    }
  }

  #addRemoved(id: string, cameraId: string, rights: readonly Right[]): void {
    if (this.#statements.knowsRemoved.get(cameraId) === undefined)
      throw new VigieError('unprocessable', `there is no camera ${cameraId}`);
    if (rights.some((right) => right !== 'lookBack'))
      throw new VigieError(
        'unprocessable',
        `the camera ${cameraId} was removed; give only the right lookBack to it`,
      );
    this.#statements.addRemoved.run({ id, cameraId });
  }

  #counts(): { users: number; administrators: number } {
    const row = this.#statements.count.get();
    return { users: Number(row?.['users']), administrators: Number(row?.['administrators']) };
  }
}

export const USER_WORK = {
  list: 'long',
  find: 'quick',
  findByName: 'quick',
  isEmpty: 'quick',
  add: 'action',
  change: 'action',
  renewHash: 'action',
  remove: 'action',
  granted: 'quick',
  may: 'quick',
  rightsTo: 'quick',
  knowsCamera: 'quick',
} as const satisfies WorkOf<UserQueries>;

export type UserStore = Shared<UserQueries, typeof USER_WORK>;

function toUser(row: Record<string, SQLOutputValue>): StoredUser {
  // The tables are STRICT, so the columns have the types the schema gives them.
  return { ...row } as unknown as StoredUser;
}
