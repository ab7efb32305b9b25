/** Users and which cameras a viewer was given. An administrator sees every camera and has none listed. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { VigieError } from '../errors.ts';
import type { Role } from '../wire/api.ts';
import { inTransaction } from './database.ts';
import { randomId } from './random-id.ts';
import { declareStatements, prepareStatements } from './statements.ts';

export interface StoredUser {
  id: string;
  /** Unique, whatever the case of its ASCII letters. */
  username: string;
  /** PHC string. */
  passwordHash: string;
  role: Role;
  /** ms since the Unix epoch. */
  createdAt: number;
}

export interface NewUser {
  username: string;
  passwordHash: string;
  role: Role;
  cameraIds: readonly string[];
}

/** What is undefined stays as it is. */
export interface StoredUserChange {
  passwordHash?: string | undefined;
  role?: Role | undefined;
  cameraIds?: readonly string[] | undefined;
}

const MAX_USERS = 1000;
const COLUMNS = 'id, username, password_hash AS passwordHash, role, created_at AS createdAt';

const SQL = declareStatements('users', {
  list: `SELECT ${COLUMNS} FROM users ORDER BY created_at, rowid`,
  find: `SELECT ${COLUMNS} FROM users WHERE id = ?`,
  findByName: `SELECT ${COLUMNS} FROM users WHERE username = ?`,
  count: "SELECT count(*) AS users, sum(role = 'administrator') AS administrators FROM users",
  insert: 'INSERT INTO users (id, username, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?)',
  setPasswordHash: 'UPDATE users SET password_hash = ? WHERE id = ?',
  setRole: 'UPDATE users SET role = ? WHERE id = ?',
  remove: 'DELETE FROM users WHERE id = ?',
  rights: 'SELECT camera_id FROM camera_rights WHERE user_id = ? ORDER BY camera_id',
  mayWatch: `
    SELECT 1 FROM users u, cameras c WHERE u.id = ? AND c.id = ? AND (u.role = 'administrator'
      OR EXISTS (SELECT 1 FROM camera_rights r WHERE r.user_id = u.id AND r.camera_id = c.id))`,
  clearRights: 'DELETE FROM camera_rights WHERE user_id = ?',
  addRight: 'INSERT OR IGNORE INTO camera_rights (user_id, camera_id) SELECT ?, id FROM cameras WHERE id = ?',
});

export class UserStore {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  list(): StoredUser[] {
    return this.#statements.list.all().map(toUser);
  }

  find(id: string): StoredUser | undefined {
    const row = this.#statements.find.get(id);
    return row && toUser(row);
  }

  findByName(username: string): StoredUser | undefined {
    const row = this.#statements.findByName.get(username);
    return row && toUser(row);
  }

  get isEmpty(): boolean {
    return this.#counts().users === 0;
  }

  get administratorCount(): number {
    return this.#counts().administrators;
  }

  /** @throws VigieError `conflict` when the name is taken or there are too many users, `badRequest` for an unknown camera */
  add(user: NewUser, nowMs: number): StoredUser {
    const { cameraIds, ...columns } = user;
    return inTransaction(this.#database, () => {
      if (this.findByName(user.username))
        throw new VigieError('conflict', `there is a user ${user.username} already`);
      if (this.#counts().users >= MAX_USERS)
        throw new VigieError('conflict', `there are ${MAX_USERS} users already; remove one first`);
      const id = randomId('user');
      this.#statements.insert.run(id, user.username, user.passwordHash, user.role, nowMs);
      this.#setCameraIds(id, cameraIds);
      return { id, ...columns, createdAt: nowMs };
    });
  }

  /** All of it or nothing. @throws VigieError `badRequest` for an unknown camera */
  change(id: string, { passwordHash, role, cameraIds }: StoredUserChange): void {
    inTransaction(this.#database, () => {
      if (passwordHash !== undefined) this.#statements.setPasswordHash.run(passwordHash, id);
      if (role !== undefined) this.#statements.setRole.run(role, id);
      if (cameraIds !== undefined) this.#setCameraIds(id, cameraIds);
    });
  }

  /** With the user go their rights and sessions. */
  remove(id: string): void {
    this.#statements.remove.run(id);
  }

  /** What was given, which for an administrator says nothing. */
  cameraIdsOf(id: string): string[] {
    return this.#statements.rights.all(id).map((row) => String(row['camera_id']));
  }

  mayWatch(id: string, cameraId: string): boolean {
    return this.#statements.mayWatch.get(id, cameraId) !== undefined;
  }

  #setCameraIds(id: string, cameraIds: readonly string[]): void {
    this.#statements.clearRights.run(id);
    for (const cameraId of new Set(cameraIds)) {
      if (this.#statements.addRight.run(id, cameraId).changes !== 1)
        throw new VigieError('badRequest', `there is no camera ${cameraId}`);
    }
  }

  #counts(): { users: number; administrators: number } {
    const row = this.#statements.count.get();
    return { users: Number(row?.['users']), administrators: Number(row?.['administrators']) };
  }
}

function toUser(row: Record<string, SQLOutputValue>): StoredUser {
  // The tables are STRICT, so the columns have the types the schema gives them.
  return { ...row } as unknown as StoredUser;
}
