/**
 * Turns a name and a password into a session.
 *
 * Invariant: an unknown name costs the same work and gets the same answer as a wrong password.
 */

import { randomBytes } from 'node:crypto';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { StoredUser, UserStore } from './user-store.ts';
import type { LoginOrigin } from './login-origin.ts';
import type { LoginAttempt, LoginThrottle } from './login-throttle.ts';
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

/** The client that sends the credentials. */
export interface SignInClient {
  address: string;
  /** A device in the private network, according to server/http/client-connection.ts. */
  isPrivate: boolean;
  /** The refresh cookie of the request. */
  refreshToken: string | undefined;
  /** It signs in at an edge, where administrators may not. */
  refusesAdministrators?: boolean;
  /** Aborted when the client no longer waits for an answer. */
  gone: AbortSignal;
}

/** An edge could read an administrator's password, and act as that administrator. */
export function administratorAtEdge(): VigieError {
  return new VigieError(
    'forbidden',
    'administrators sign in at the site itself, not at an edge, unless VIGIE_EDGE_ADMINISTRATORS=1 allows it there',
  );
}

export class SignIn {
  readonly #options: SignInOptions;
  readonly #dummyHash: string;

  static async create(options: SignInOptions): Promise<SignIn> {
    const password = randomBytes(32).toString('hex');
    return new SignIn(
      options,
      await options.hasher.hash(password, { kind: 'device', sessionId: 'start', userId: 'start' }),
    );
  }

  private constructor(options: SignInOptions, dummyHash: string) {
    this.#options = options;
    this.#dummyHash = dummyHash;
  }

  /** @throws VigieError `wrongCredentials`, `tooManyRequests` */
  async signIn({ username, password }: Credentials, client: SignInClient): Promise<SessionTokens> {
    const { users, throttle, sessions, log } = this.#options;
    const { address } = client;
    const origin = this.#originOf(username, client);
    const attempt = await throttle.admit(username, origin, client.gone);
    const user = users.findByName(username);
    const isRight = await this.#verify(user, password, origin, attempt);
    // The user may have been removed, or given another password, during the check.
    const isCurrent = user !== undefined && users.find(user.id)?.passwordHash === user.passwordHash;
    if (!isRight || !isCurrent) {
      log.warn({ address, username: isCurrent ? user.username : undefined }, 'sign-in refused');
      throw new VigieError('wrongCredentials', 'the user name or the password is wrong');
    }
    attempt.succeeded();
    if (client.refusesAdministrators && user.role === 'administrator') throw administratorAtEdge();
    const tokens = await sessions.start(user);
    log.info({ address, username: user.username }, 'signed in');
    if (this.#options.hasher.isOutdated(user.passwordHash)) await this.#renewHash(user, password, origin);
    return tokens;
  }

  #originOf(username: string, { address, isPrivate, refreshToken }: SignInClient): LoginOrigin {
    const { users, sessions } = this.#options;
    const device = refreshToken === undefined ? undefined : sessions.deviceOf(refreshToken);
    if (device && device.userId === users.findByName(username)?.id) return { kind: 'device', ...device };
    return { kind: isPrivate ? 'private' : 'unknown', address };
  }

  async #verify(
    user: StoredUser | undefined,
    password: string,
    origin: LoginOrigin,
    attempt: LoginAttempt,
  ): Promise<boolean> {
    try {
      return await this.#options.hasher.verify(user?.passwordHash ?? this.#dummyHash, password, origin);
    } catch (error) {
      attempt.takeBack();
      throw error;
    }
  }

  async #renewHash(user: StoredUser, password: string, origin: LoginOrigin): Promise<void> {
    const { users, hasher } = this.#options;
    const passwordHash = await hasher.hash(password, origin);
    await users.renewHash(user.id, user.passwordHash, passwordHash);
  }
}
