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
import type { SessionStore } from '../store/session-store.ts';
import type { StoredUser, UserStore } from '../store/user-store.ts';
import { VigieError } from '../errors.ts';
import type { Role } from '../wire/api.ts';
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

  start(user: StoredUser): SessionTokens {
    const { sessions } = this.#store;
    const nowMs = this.#nowMs();
    this.#tellEnded(sessions.removeUnused(nowMs - SESSION_IDLE_SECONDS * 1000));
    const { session, removedIds } = sessions.create(user.id, nowMs);
    this.#tellEnded(removedIds);
    return this.#tokens(user, session.id, session.generation);
  }

  /** @throws VigieError `unauthorized` */
  refresh(refreshToken: string): SessionTokens {
    const { sessions, users } = this.#store;
    const nowMs = this.#nowMs();
    const claims = readRefreshToken(this.#refreshSecret, refreshToken);
    const session = claims && sessions.find(claims.sessionId);
    const user = session && users.find(session.userId);
    if (!claims || !session || !user) throw new VigieError('unauthorized', 'the session is over');
    const unusedMs = nowMs - session.rotatedAt;
    if (unusedMs > SESSION_IDLE_SECONDS * 1000) {
      this.end(session.id);
      throw new VigieError('unauthorized', 'the session is over');
    }
    if (claims.generation === session.generation) {
      // With a full disk nothing can be counted on, but whoever watches must not go blind for it.
      const rotated = sessions.rotate(session.id, nowMs);
      return this.#tokens(user, session.id, session.generation + (rotated ? 1 : 0));
    }
    if (claims.generation === session.generation - 1 && unusedMs <= REUSE_GRACE_MS)
      return this.#tokens(user, session.id, session.generation);
    this.end(session.id);
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

  /** Signing out. Idempotent. */
  end(sessionId: string): void {
    if (this.#store.sessions.remove(sessionId)) this.#tellEnded([sessionId]);
  }

  /** @param exceptId the session that goes on */
  endAllOf(userId: string, exceptId?: string): void {
    this.#tellEnded(this.#store.sessions.removeOfUser(userId, exceptId));
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
