/**
 * Sign-ins: one session each, from the password to signing out. A session yields short-lived access tokens as long as
 * its refresh token is renewed.
 *
 * Invariants: a token is invalid as soon as its session has ended or its user was removed; a refresh token works once. Reuse of
 * an older one ends the session, because two parties hold it then. One exception: two tabs, or a reload, may send the same token
 * at the same moment, and an answer may be lost. For 30 s the token just replaced is therefore answered with the same token that
 * replaced it. Both parties then hold one token, not two valid ones, so a thief gains nothing: the next renewal detects the
 * reuse.
 */

import { EventEmitter } from 'node:events';
import type { ClockChange } from '../core/site-clock.ts';
import type { SecretStore } from '../store/secret-store.ts';
import { isDamaged, isDiskFull } from '../store/database.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import type { StoredUser, UserStore } from './user-store.ts';
import { VigieError } from '../errors.ts';
import type { Role } from '../wire/account.ts';
import { LIFETIME_SECONDS, signToken, verifyToken, type Audience } from './access-token.ts';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';

/** Emitted by sessions and users, so that whatever used a lost right ends at once. */
export class AccountEvents extends EventEmitter<{
  /** A user's role or rights changed, or the user was removed: check again what they are using. */
  accessChanged: [userId: string];
  /** An administrator has dismissed a notice for all. */
  noticeDismissed: [];
  /** A user has signed in where that user never did before. */
  newDevice: [{ userId: string; username: string; address: string; device: string | undefined }];
  /** A sign-in has ended, by signing out or by force, or an API key was revoked: close its connections. */
  credentialEnded: [id: string];
  /** Once for each request. */
  apiKeyUsed: [ApiKeyFacts];
  /** A client presented an invalid key. `isHeld`: it did so too often, and must wait. */
  apiKeyRefused: [{ address: string; isHeld: boolean }];
  /** A key was used from very many networks. */
  apiKeySpread: [ApiKeyFacts];
}> {}

/** As the audit log writes it. */
export interface ApiKeyFacts {
  userId: string | undefined;
  address: string;
  details: { key: string | undefined; byKeyId: string };
}

export interface Identity {
  userId: string;
  username: string;
  role: Role;
  /** The sign-in that issued the token, or the API key. */
  sessionId: string;
  /** Expiry of the token, ms since the Unix epoch. */
  expiresAtMs: number;
}

/** Tokens of a client after sign-in or renewal. */
export interface SessionTokens {
  accessToken: string;
  expiresInSeconds: number;
  refreshToken: string;
  mediaToken: string;
  user: { id: string; username: string; role: Role };
}

export interface SessionsOptions {
  store: { sessions: SessionStore; users: UserStore; secrets: SecretStore };
  events: AccountEvents;
  /** ms since the Unix epoch. Not the server's monotonic clock, which stops while the machine sleeps. */
  nowMs: () => number;
}

/** A session that is not renewed for this long ends. */
export const SESSION_IDLE_SECONDS = 30 * 24 * 3600;
const REUSE_GRACE_MS = 30_000;

export class Sessions {
  readonly #store: SessionsOptions['store'];
  readonly #events: AccountEvents;
  readonly #nowMs: () => number;
  #startedMs: number;
  readonly #tokenSecret: Buffer;
  readonly #refreshSecret: Buffer;

  constructor({ store, events, nowMs }: SessionsOptions) {
    this.#store = store;
    this.#events = events;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#tokenSecret = store.secrets.get('access-token');
    this.#refreshSecret = store.secrets.get('refresh-token');
  }

  /**
   * @param user with the password hash that the given password was compared with
   * @throws VigieError `wrongCredentials` when the user was removed or the password changed meanwhile
   */
  async start(user: StoredUser): Promise<SessionTokens> {
    const { sessions } = this.#store;
    const nowMs = this.#nowMs();
    const [unusedIds, { session, removedIds }] = await Promise.all([
      sessions.removeUnused(nowMs - SESSION_IDLE_SECONDS * 1000),
      sessions.create(user.id, user.passwordHash, nowMs),
    ]);
    this.#tellEnded([...unusedIds, ...removedIds]);
    return this.#tokens(user, session.id, session.generation);
  }

  /** @throws VigieError `unauthorized` */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const { sessions, users } = this.#store;
    const nowMs = this.#nowMs();
    const claims = readRefreshToken(this.#refreshSecret, refreshToken);
    const session = claims && sessions.find(claims.sessionId);
    const user = session && users.find(session.userId);
    if (!claims || !session || !user)
      throw new VigieError('unauthorized', 'the session has ended; sign in again');
    const unusedMs = nowMs - session.rotatedAt;
    if (unusedMs > SESSION_IDLE_SECONDS * 1000) {
      await this.end(session.id);
      throw new VigieError('unauthorized', 'the session has ended; sign in again');
    }
    if (claims.generation === session.generation) {
      const generation = await this.#rotate(session, nowMs);
      // Another request renewed or ended it at the same moment; the stored result decides.
      return generation === undefined
        ? this.refresh(refreshToken)
        : this.#tokens(user, session.id, generation);
    }
    if (claims.generation === session.generation - 1 && unusedMs <= REUSE_GRACE_MS)
      return this.#tokens(user, session.id, session.generation);
    await this.end(session.id);
    throw new VigieError(
      'unauthorized',
      'this refresh token was used before, so the session was ended for safety; sign in again',
    );
  }

  /** The user a token stands for, with the current role. @throws VigieError `unauthorized` */
  identify(token: string, audience: Audience = 'api'): Identity {
    const claims = verifyToken(this.#tokenSecret, audience, token, this.#nowMs());
    const user = this.#store.users.find(claims.userId);
    if (!user || this.#store.sessions.find(claims.sessionId)?.userId !== user.id)
      throw new VigieError('unauthorized', 'the session has ended; sign in again');
    return { ...claims, username: user.username, role: user.role };
  }

  /** The session a refresh token belongs to, however old the token. */
  sessionIdOf(refreshToken: string): string | undefined {
    return readRefreshToken(this.#refreshSecret, refreshToken)?.sessionId;
  }

  /** The user of the session; undefined when it has ended. */
  holderOf(sessionId: string): Pick<Identity, 'userId' | 'username'> | undefined {
    const { sessions, users } = this.#store;
    const session = sessions.find(sessionId);
    const user = session && users.find(session.userId);
    return user && { userId: user.id, username: user.username };
  }

  /** The session that a device continues with this refresh token, without renewing it; undefined when it has ended. */
  deviceOf(refreshToken: string): { sessionId: string; userId: string } | undefined {
    const claims = readRefreshToken(this.#refreshSecret, refreshToken);
    const session = claims && this.#store.sessions.find(claims.sessionId);
    if (!session) return undefined;
    const unusedMs = this.#nowMs() - session.rotatedAt;
    const isNewest = claims.generation === session.generation;
    const isJustReplaced = claims.generation === session.generation - 1 && unusedMs <= REUSE_GRACE_MS;
    if (unusedMs > SESSION_IDLE_SECONDS * 1000 || !(isNewest || isJustReplaced)) return undefined;
    return { sessionId: session.id, userId: session.userId };
  }

  /** The clock was set: sign-ins since the start of the server keep their age. */
  async onClockChanged({ kind, byMs }: ClockChange): Promise<void> {
    if (kind !== 'stepped') return;
    const sinceMs = this.#startedMs;
    this.#startedMs += byMs;
    await this.#store.sessions.redate(sinceMs, this.#nowMs() - byMs, byMs);
  }

  /** Whether it has neither ended nor been left unused for too long. */
  lasts(sessionId: string): boolean {
    const session = this.#store.sessions.find(sessionId);
    return session !== undefined && this.#nowMs() - session.rotatedAt <= SESSION_IDLE_SECONDS * 1000;
  }

  /** Signing out. Idempotent. */
  async end(sessionId: string): Promise<void> {
    if (await this.#store.sessions.remove(sessionId)) this.#tellEnded([sessionId]);
  }

  /** @returns the generation of the new valid token; undefined when another request was faster */
  async #rotate({ id, generation }: StoredSession, nowMs: number): Promise<number | undefined> {
    try {
      return (await this.#store.sessions.rotate(id, generation, nowMs)) ? generation + 1 : undefined;
    } catch (error) {
      // A full disk or a damaged database prevents counting, but viewers must not lose their picture because of it.
      if (isDiskFull(error) || isDamaged(error)) return generation;
      throw error;
    }
  }

  #tokens(user: StoredUser, sessionId: string, generation: number): SessionTokens {
    const subject = { userId: user.id, sessionId };
    const nowMs = this.#nowMs();
    return {
      accessToken: signToken(this.#tokenSecret, 'api', subject, nowMs),
      expiresInSeconds: LIFETIME_SECONDS.api,
      refreshToken: makeRefreshToken(this.#refreshSecret, { sessionId, generation }),
      mediaToken: signToken(this.#tokenSecret, 'media', subject, nowMs),
      user: { id: user.id, username: user.username, role: user.role },
    };
  }

  #tellEnded(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.#events.emit('credentialEnded', id);
  }
}
