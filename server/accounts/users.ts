/**
 * Adding, changing and removing users.
 *
 * Invariants: there is always an administrator; who loses a right, a password or the account loses what hangs on it at
 * once (see account-events.ts).
 */

import { VigieError } from '../errors.ts';
import type { Role, UserView } from '../wire/api.ts';
import { randomText } from '../store/random-id.ts';
import type { StoredUser, UserStore } from '../store/user-store.ts';
import type { AccountEvents } from './account-events.ts';
import type { LoginThrottle } from './login-throttle.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Identity, Sessions } from './sessions.ts';

export interface UsersOptions {
  users: UserStore;
  sessions: Sessions;
  hasher: PasswordHasher;
  throttle: LoginThrottle;
  events: AccountEvents;
  nowMs: () => number;
}

export interface UserChange {
  password?: string | undefined;
  role?: Role | undefined;
  cameraIds?: readonly string[] | undefined;
}

export const FIRST_USERNAME = 'admin';
/** 5 bits each. */
const GENERATED_PASSWORD_CHARACTERS = 16;

export class Users {
  readonly #options: UsersOptions;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  /**
   * On the very first start, adds the administrator `admin`.
   *
   * @param password undefined to have one made up
   * @returns the password that was made up, to be shown once
   */
  async addFirstAdministrator(password: string | undefined): Promise<string | undefined> {
    if (!this.#options.users.isEmpty) return undefined;
    const generated = password === undefined ? randomText(GENERATED_PASSWORD_CHARACTERS) : undefined;
    await this.add({
      username: FIRST_USERNAME,
      password: password ?? generated ?? '',
      role: 'administrator',
      cameraIds: [],
    });
    return generated;
  }

  list(): UserView[] {
    return this.#options.users.list().map((user) => this.#view(user));
  }

  /** @throws VigieError `conflict`, `badRequest` */
  async add(user: {
    username: string;
    password: string;
    role: Role;
    cameraIds: readonly string[];
  }): Promise<UserView> {
    const { users, hasher, nowMs } = this.#options;
    const { username, password, role, cameraIds } = user;
    assertRightsFit(role, cameraIds);
    if (users.findByName(username)) throw new VigieError('conflict', `there is a user ${username} already`);
    const passwordHash = await hasher.hash(password);
    return this.#view(users.add({ username, passwordHash, role, cameraIds }, nowMs()));
  }

  /** @throws VigieError `notFound`, `conflict`, `badRequest`; nothing is changed then */
  async change(id: string, change: UserChange): Promise<UserView> {
    const { users, hasher, sessions, events } = this.#options;
    const passwordHash = change.password === undefined ? undefined : await hasher.hash(change.password);
    const user = this.#find(id);
    const role = change.role ?? user.role;
    // A promoted viewer needs no rights; a demoted administrator starts without any.
    const cameraIds = role === 'administrator' ? [] : change.cameraIds;
    if (change.cameraIds) assertRightsFit(role, change.cameraIds);
    if (role !== 'administrator') this.#assertNotLastAdministrator(user);
    users.change(id, { passwordHash, role, cameraIds });
    if (passwordHash !== undefined) sessions.endAllOf(id);
    events.emit('accessChanged', id);
    return this.#view(this.#find(id));
  }

  /** @throws VigieError `notFound`, `conflict` */
  remove(id: string): void {
    const { users, sessions, events } = this.#options;
    this.#assertNotLastAdministrator(this.#find(id));
    sessions.endAllOf(id);
    users.remove(id);
    events.emit('accessChanged', id);
  }

  /**
   * One's own password. All other sign-ins of the user end.
   *
   * @throws VigieError `forbidden` when the current one is wrong, `tooManyRequests`
   */
  async changeOwnPassword(
    who: Identity,
    passwords: { current: string; next: string },
    address: string,
  ): Promise<void> {
    const { users, hasher, throttle, sessions } = this.#options;
    hasher.assertRoom();
    await throttle.admit(who.username, address);
    const { passwordHash } = this.#find(who.userId);
    if (!(await hasher.verify(passwordHash, passwords.current)))
      throw new VigieError('forbidden', 'the current password is wrong');
    await throttle.succeeded(who.username, address);
    const nextHash = await hasher.hash(passwords.next);
    if (this.#find(who.userId).passwordHash !== passwordHash)
      throw new VigieError('conflict', 'the password was changed by somebody else at the same moment');
    users.change(who.userId, { passwordHash: nextHash });
    sessions.endAllOf(who.userId, who.sessionId);
  }

  #find(id: string): StoredUser {
    const user = this.#options.users.find(id);
    if (!user) throw new VigieError('notFound', 'there is no such user');
    return user;
  }

  #assertNotLastAdministrator(user: StoredUser): void {
    if (user.role === 'administrator' && this.#options.users.administratorCount === 1)
      throw new VigieError('conflict', 'this is the only administrator; make another one first');
  }

  #view({ id, username, role, createdAt }: StoredUser): UserView {
    const cameraIds = role === 'administrator' ? [] : this.#options.users.cameraIdsOf(id);
    return { id, username, role, cameraIds, createdAt };
  }
}

function assertRightsFit(role: Role, cameraIds: readonly string[]): void {
  if (role === 'administrator' && cameraIds.length > 0)
    throw new VigieError('badRequest', 'an administrator sees every camera; give cameraIds to viewers only');
}
