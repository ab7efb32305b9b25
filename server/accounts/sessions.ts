/**
 * Sign-ins: one session each, from the password to signing out. A session yields short-lived access tokens as long as its
 * refresh token is renewed.
 *
 * Invariants: a token is worth nothing the moment its session or user is gone; a refresh token works once. Using an
 * older one ends the session, for then two parties hold it. The one exception: two tabs, or a reload, may send the same
 * token at the same moment, and an answer may be lost on the way. For 30 s the token just replaced is therefore
 * answered with the very token that replaced it. Both parties then hold one and the same token, not two that live
 * on side by side, so a thief gains nothing by hurrying: the next renewal tells.
 */

import type { SecretStore } from '../store/secret-store.ts';
import { isDamaged, isDiskFull } from '../store/database.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import type { StoredUser, UserStore } from './user-store.ts';
import { VigieError } from '../errors.ts';
import type { Role } from '../wire/account.ts';
import { LIFETIME_SECONDS, signToken, verifyToken, type Audience } from './access-token.ts';
import type { AccountEvents } from './account-events.ts';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';

export interface Identity {
  userId: string;
  username: string;
  role: Role;
  /** The sign-in the token descends from. */
  sessionId: string;
  /** Of the token, ms since the Unix epoch. */
  expiresAtMs: number;
}

/** What a client holds after signing in or renewing. */
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
  /** ms since the Unix epoch. Not the server's monotonic clock: that one stands still while the machine sleeps. */
  nowMs: () => number;
}

/** A session that is not renewed for this long is over. */
export const SESSION_IDLE_SECONDS = 30 * 24 * 3600;
const REUSE_GRACE_MS = 30_000;

export class Sessions {
  readonly #store: SessionsOptions['store'];
  readonly #events: AccountEvents;
  readonly #nowMs: () => number;
  readonly #tokenSecret: Buffer;
  readonly #refreshSecret: Buffer;

  constructor({ store, events, nowMs }: SessionsOptions) {
    this.#store = store;
    this.#events = events;
    this.#nowMs = nowMs;
    this.#tokenSecret = store.secrets.get('access-token');
    this.#refreshSecret = store.secrets.get('refresh-token');
  }

  /**
   * @param user with the password hash that the given password was compared with
   * @throws VigieError `wrongCredentials` when the user is gone or has another password by now
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
    if (!claims || !session || !user) throw new VigieError('unauthorized', 'the session is over');
    const unusedMs = nowMs - session.rotatedAt;
    if (unusedMs > SESSION_IDLE_SECONDS * 1000) {
      await this.end(session.id);
      throw new VigieError('unauthorized', 'the session is over');
    }
    if (claims.generation === session.generation) {
      const generation = await this.#rotate(session, nowMs);
      // Somebody else renewed or ended it at the same moment: that is stored now, so it is judged by what came of it.
      return generation === undefined
        ? this.refresh(refreshToken)
        : this.#tokens(user, session.id, generation);
    }
    if (claims.generation === session.generation - 1 && unusedMs <= REUSE_GRACE_MS)
      return this.#tokens(user, session.id, session.generation);
    await this.end(session.id);
    throw new VigieError(
      'unauthorized',
      'this refresh token was used before; to be safe, the session is over',
    );
  }

  /** Whom a token speaks for, as things stand now. @throws VigieError `unauthorized` */
  identify(token: string, audience: Audience = 'api'): Identity {
    const claims = verifyToken(this.#tokenSecret, audience, token, this.#nowMs());
    const user = this.#store.users.find(claims.userId);
    if (!user || this.#store.sessions.find(claims.sessionId)?.userId !== user.id)
      throw new VigieError('unauthorized', 'the session is over');
    return { ...claims, username: user.username, role: user.role };
  }

  /** Whose session a refresh token belongs to, however old the token. */
  sessionIdOf(refreshToken: string): string | undefined {
    return readRefreshToken(this.#refreshSecret, refreshToken)?.sessionId;
  }

  /** The session that a device goes on with by this refresh token, which stays as it is; undefined for one that is over. */
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

  /** Signing out. Idempotent. */
  async end(sessionId: string): Promise<void> {
    if (await this.#store.sessions.remove(sessionId)) this.#tellEnded([sessionId]);
  }

  /** @returns the generation of the token that is good from now on; undefined when it was not this one's turn any more */
  async #rotate({ id, generation }: StoredSession, nowMs: number): Promise<number | undefined> {
    try {
      return (await this.#store.sessions.rotate(id, generation, nowMs)) ? generation + 1 : undefined;
    } catch (error) {
      // With a full disk or a damaged database nothing can be counted on, but whoever watches must not go blind for it.
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
    for (const id of sessionIds) this.#events.emit('sessionEnded', id);
  }
}
