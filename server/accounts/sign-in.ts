/**
 * From a name and a password to a session.
 *
 * Invariant: for a name nobody has, the same work is done and the same answer given as for a wrong password.
 */

import { randomBytes } from 'node:crypto';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { StoredUser, UserStore } from '../store/user-store.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { isOutdated } from './password-hash.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Sessions, SessionTokens } from './sessions.ts';

export interface SignInOptions {
  users: UserStore;
  sessions: Sessions;
  hasher: PasswordHasher;
  throttle: LoginThrottle;
  log: Log;
}

export interface Credentials {
  username: string;
  password: string;
}

export class SignIn {
  readonly #options: SignInOptions;
  readonly #nobodysHash: string;

  static async create(options: SignInOptions): Promise<SignIn> {
    return new SignIn(options, await options.hasher.hash(randomBytes(32).toString('hex')));
  }

  private constructor(options: SignInOptions, nobodysHash: string) {
    this.#options = options;
    this.#nobodysHash = nobodysHash;
  }

  /**
   * @param address of the client
   * @throws VigieError `wrongCredentials`, `tooManyRequests`
   */
  async signIn({ username, password }: Credentials, address: string): Promise<SessionTokens> {
    const { users, hasher, throttle, sessions, log } = this.#options;
    // Before anything is counted: while all hash workers are busy, no attempt costs memory.
    hasher.assertRoom();
    await throttle.admit(username, address);
    const user = users.findByName(username);
    const isRight = await hasher.verify(user?.passwordHash ?? this.#nobodysHash, password);
    // Removed, or given another password, while this one was being looked at.
    const isCurrent = user !== undefined && users.find(user.id)?.passwordHash === user.passwordHash;
    if (!isRight || !isCurrent) {
      log.warn({ address, username: isCurrent ? user.username : undefined }, 'a sign-in failed');
      throw new VigieError('wrongCredentials', 'the user name or the password is wrong');
    }
    await throttle.succeeded(username, address);
    const tokens = await sessions.start(user);
    log.info({ address, username: user.username }, 'signed in');
    if (isOutdated(user.passwordHash)) await this.#renewHash(user, password);
    return tokens;
  }

  async #renewHash(user: StoredUser, password: string): Promise<void> {
    const { users, hasher } = this.#options;
    const passwordHash = await hasher.hash(password);
    await users.renewHash(user.id, user.passwordHash, passwordHash);
  }
}
