/**
 * Adding, changing and removing users.
 *
 * Invariants: there is always an administrator; losing a right, a password or the account takes effect at once (see
 * AccountEvents).
 */

import { FailureCounter } from '../core/failure-counter.ts';
import { VigieError } from '../errors.ts';
import type { Role, UserView } from '../wire/account.ts';
import type { CameraRights } from '../wire/rights.ts';
import { randomText } from '../store/random-id.ts';
import type { StoredUser, UserStore } from './user-store.ts';
import { AttemptLimit } from './attempt-limit.ts';
import type { LoginOrigin } from './login-origin.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { ReadFor } from '../store/work.ts';
import type { AccountEvents, Identity } from './sessions.ts';

export interface UsersOptions {
  users: UserStore;
  hasher: PasswordHasher;
  events: AccountEvents;
  nowMs: () => number;
  /** The monotonic clock, ms. */
  steadyMs: () => number;
}

export interface UserChange {
  password?: string | undefined;
  role?: Role | undefined;
  cameras?: readonly CameraRights[] | undefined;
}

export const FIRST_USERNAME = 'admin';
/** 5 bits each. */
export const GENERATED_PASSWORD_CHARACTERS = 16;
/** Limits one sign-in, because a stolen access token grants no second one. */
const WRONG_CURRENT_PASSWORDS = { failures: 5, windowMs: 5 * 60_000 };
/** The origin of password hashes that administrators ask for. */
const ADMINISTRATION: LoginOrigin = {
  kind: 'device',
  sessionId: 'administration',
  userId: 'administration',
};

export class Users {
  readonly #options: UsersOptions;
  readonly #wrongCurrent: AttemptLimit;

  constructor(options: UsersOptions) {
    this.#options = options;
    this.#wrongCurrent = new AttemptLimit(new FailureCounter(WRONG_CURRENT_PASSWORDS), options.steadyMs);
  }

  /**
   * On the first start, adds the administrator `admin`.
   *
   * @param password undefined: generate one
   * @returns the generated password, to be shown once
   */
  async addFirstAdministrator(password: string | undefined): Promise<string | undefined> {
    if (!this.#options.users.isEmpty()) return undefined;
    const generated = password === undefined ? randomText(GENERATED_PASSWORD_CHARACTERS) : undefined;
    await this.add({
      username: FIRST_USERNAME,
      password: password ?? generated ?? '',
      role: 'administrator',
      cameras: [],
    });
    return generated;
  }

  find(id: string): { username: string } | undefined {
    return this.#options.users.find(id);
  }

  findByName(name: string): { username: string } | undefined {
    return this.#options.users.findByName(name);
  }

  async list(reader?: ReadFor): Promise<UserView[]> {
    return (await this.#options.users.list(reader)).map(({ cameras, ...user }) => viewOf(user, cameras));
  }

  /**
   * @param assertAllowed called after the wait for the hash: the caller may no longer be an administrator. Its argument says
   * whether an administrator is added, or gets another password or role
   * @throws VigieError `conflict`, `badRequest`
   */
  async add(
    user: { username: string; password: string; role: Role; cameras: readonly CameraRights[] },
    assertAllowed: (concernsAdministrators: boolean) => void = () => undefined,
  ): Promise<UserView> {
    const { users, hasher, nowMs } = this.#options;
    const { username, password, role, cameras } = user;
    assertRightsFit(role, cameras);
    if (users.findByName(username)) throw new VigieError('conflict', `there is a user ${username} already`);
    const passwordHash = await hasher.hash(password, ADMINISTRATION);
    assertAllowed(role === 'administrator');
    return this.#view(await users.add({ username, passwordHash, role, cameras }, nowMs()));
  }

  /**
   * @param assertAllowed as for `add`
   * @throws VigieError `notFound`, `conflict`, `badRequest`; nothing is changed then
   */
  async change(
    id: string,
    change: UserChange,
    assertAllowed: (concernsAdministrators: boolean) => void = () => undefined,
  ): Promise<UserView> {
    const { users, hasher, events } = this.#options;
    const passwordHash =
      change.password === undefined ? undefined : await hasher.hash(change.password, ADMINISTRATION);
    const user = this.#options.users.find(id);
    assertAllowed(user?.role === 'administrator' || change.role === 'administrator');
    if (!user) throw noSuchUser();
    const role = change.role ?? user.role;
    // A promoted viewer needs no rights; a demoted administrator starts without any.
    const cameras = role === 'administrator' ? [] : change.cameras;
    if (change.cameras) assertRightsFit(role, change.cameras);
    this.#tellEnded(await users.change(id, { passwordHash, role, cameras }));
    events.emit('accessChanged', id);
    return this.#view(this.#find(id));
  }

  /** @throws VigieError `notFound`, `conflict` */
  async remove(id: string): Promise<void> {
    const { users, events } = this.#options;
    this.#tellEnded(await users.remove(id));
    events.emit('accessChanged', id);
  }

  /**
   * Changes the user's own password. All other sign-ins of the user end, and the API keys unless they are to stay.
   *
   * @throws VigieError `forbidden` when the current one is wrong, `tooManyRequests`
   */
  async changeOwnPassword(
    identity: Identity,
    passwords: { current: string; next: string; keepsKeys?: boolean },
  ): Promise<void> {
    const { users, hasher } = this.#options;
    const { origin, passwordHash } = await this.#proveOwnPassword(identity, passwords.current);
    const nextHash = await hasher.hash(passwords.next, origin);
    const exceptSessionId = identity.sessionId;
    const { keepsKeys = false } = passwords;
    const change = { passwordHash: nextHash, formerPasswordHash: passwordHash, exceptSessionId, keepsKeys };
    this.#tellEnded(await users.change(identity.userId, change));
  }

  /**
   * For actions that cannot be undone: a person who finds an open browser does not know the password.
   *
   * @throws VigieError `forbidden` when it is wrong, `tooManyRequests`
   */
  async assertOwnPassword(identity: Identity, password: string): Promise<void> {
    await this.#proveOwnPassword(identity, password);
  }

  async #proveOwnPassword(identity: Identity, password: string) {
    const { hasher } = this.#options;
    const origin: LoginOrigin = { kind: 'device', sessionId: identity.sessionId, userId: identity.userId };
    hasher.assertRoom(origin);
    this.#wrongCurrent.admit(identity.sessionId);
    const { passwordHash } = this.#find(identity.userId);
    if (!(await hasher.verify(passwordHash, password, origin)))
      throw new VigieError('forbidden', 'the current password is wrong');
    this.#wrongCurrent.succeeded(identity.sessionId);
    return { origin, passwordHash };
  }

  #find(id: string): StoredUser {
    const user = this.#options.users.find(id);
    if (!user) throw noSuchUser();
    return user;
  }

  #view(user: StoredUser): UserView {
    return viewOf(user, this.#options.users.granted(user.id));
  }

  #tellEnded(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.#options.events.emit('credentialEnded', id);
  }
}

function noSuchUser(): VigieError {
  return new VigieError('notFound', 'there is no such user');
}

function viewOf({ id, username, role, createdAtMs }: StoredUser, given: CameraRights[]): UserView {
  return { id, username, role, cameras: role === 'administrator' ? [] : given, createdAtMs };
}

function assertRightsFit(role: Role, cameras: readonly CameraRights[]): void {
  if (role === 'administrator' && cameras.length > 0)
    throw new VigieError('unprocessable', 'an administrator has every right; give cameras to viewers only');
}
