/**
 * The signed-in user. The access token is only in memory; the refresh token, an httpOnly cookie that no script can read, survives
 * a reload or a restart of the server.
 *
 * Invariant: at most one refresh is under way in this browser. Refresh tokens rotate and using one twice revokes the
 * whole family, so tabs take turns by a lock and requests within a tab share one promise.
 */

import { monotonicMs } from '../clock.ts';
import { SESSION_HINT_COOKIE } from '../../server/wire/browser-values.ts';
import type { SessionView } from '../../server/wire/account.ts';
import type { ApiAnswer, ApiRequest } from '../../server/wire/api-routes.ts';
import { ApiError, errorFromResponse, unreachable } from '../http/api-error.ts';
import { requestLine } from '../http/request-line.ts';
import { Emitter } from '../emitter.ts';
import { Backoff } from '../signaling/backoff.ts';

export type User = SessionView['user'];

export type SessionState =
  { kind: 'restoring' } | { kind: 'signedOut'; message?: string } | { kind: 'signedIn'; user: User };

export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

export interface SessionOptions {
  /** Origin of the server, without a slash at the end; empty: the page's own. */
  server?: string;
  fetch?: typeof fetch;
  /** Runs work while no other tab does. Without it (web locks need a secure context) tabs are on their own. */
  exclusively?: Exclusively;
  /** Whether there may be a session to resume; if missing, the server is asked. */
  mayHaveSession?: () => boolean;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

type SigningIn = 'POST /api/auth/login' | 'POST /api/auth/refresh';
type Credentials = ApiRequest<'POST /api/auth/login'>['body'];

interface Token {
  value: string;
  expiresAtMs: number;
}

/** A token with less than this left is renewed before it is used. */
const MIN_VALIDITY_MS = 30_000;
const REQUEST_TIMEOUT_MS = 10_000;

export class Session extends Emitter<{ change: SessionState }> {
  readonly server: string;
  readonly #fetch: typeof fetch;
  readonly #exclusively: Exclusively;
  readonly #mayHaveSession: () => boolean;
  readonly #now: () => number;
  #state: SessionState = { kind: 'restoring' };
  #token: Token | null = null;
  #refreshing: Promise<Token> | null = null;
  /** Grows with every sign-in and sign-out, so that a late response changes nothing. */
  #epoch = 0;

  constructor(options: SessionOptions = {}) {
    super();
    this.server = options.server ?? '';
    this.#fetch = options.fetch ?? ((...args) => fetch(...args));
    this.#exclusively = options.exclusively ?? ((work) => work());
    this.#mayHaveSession = options.mayHaveSession ?? (() => true);
    this.#now = options.now ?? (() => monotonicMs());
  }

  get state(): SessionState {
    return this.#state;
  }

  get user(): User | null {
    return this.#state.kind === 'signedIn' ? this.#state.user : null;
  }

  /** Resumes the session of the refresh cookie, if there is one; keeps trying while the server does not answer. */
  async restore(): Promise<void> {
    const backoff = new Backoff();
    while (this.#state.kind === 'restoring') {
      try {
        await this.accessToken();
      } catch (error) {
        if (error instanceof ApiError && error.isRefusal) return;
        await new Promise((resolve) => setTimeout(resolve, backoff.next()));
      }
    }
  }

  /** Signed out here; perhaps somebody has signed in on another page. @returns whether that may be so */
  reconsider(): boolean {
    if (this.#state.kind !== 'signedOut' || !this.#mayHaveSession()) return false;
    this.#setState({ kind: 'restoring' });
    return true;
  }

  /** @throws ApiError wrongCredentials, tooManyRequests, unreachable … */
  async signIn(username: string, password: string): Promise<void> {
    const view = await this.#post('POST /api/auth/login', { username, password });
    this.#epoch++;
    this.#accept(view);
  }

  /** Forgets the session here at once, and at the server as soon as it answers. */
  async signOut(): Promise<void> {
    const token = this.#token?.value;
    this.#end();
    await this.#send('POST /api/auth/logout', undefined, token).catch(() => undefined);
  }

  /**
   * A token that is valid for at least `minValidityMs`.
   *
   * @throws ApiError unauthorized when signed out, unreachable when it could not be renewed now
   */
  async accessToken(minValidityMs = MIN_VALIDITY_MS): Promise<string> {
    if (this.#state.kind === 'restoring' && !this.#mayHaveSession()) this.#end();
    if (this.#state.kind === 'signedOut') throw new ApiError('unauthorized', 'Sign in first.', 401);
    if (this.#token && this.#token.expiresAtMs - this.#now() > minValidityMs) return this.#token.value;
    this.#refreshing ??= this.#exclusively(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return (await this.#refreshing).value;
  }

  /** The server did not accept this token: the next caller of `accessToken` gets a fresh one. */
  rejectToken(token?: string): void {
    if (token === undefined || this.#token?.value === token) this.#token = null;
  }

  async #refresh(): Promise<Token> {
    const epoch = this.#epoch;
    try {
      const view = await this.#post('POST /api/auth/refresh');
      if (epoch !== this.#epoch) throw new ApiError('unauthorized', 'Sign in first.', 401);
      return this.#accept(view);
    } catch (error) {
      const refused = error instanceof ApiError && error.isRefusal;
      if (refused && epoch === this.#epoch) {
        this.#end(
          this.#state.kind === 'signedIn' ? 'Your session has ended. Please sign in again.' : undefined,
        );
      }
      throw error;
    }
  }

  #accept(view: SessionView): Token {
    const token = { value: view.accessToken, expiresAtMs: this.#now() + view.expiresIn * 1000 };
    this.#token = token;
    const known = this.user;
    if (
      known?.id !== view.user.id ||
      known.role !== view.user.role ||
      known.username !== view.user.username
    ) {
      this.#setState({ kind: 'signedIn', user: view.user });
    }
    return token;
  }

  #end(message?: string): void {
    this.#epoch++;
    this.#token = null;
    this.#setState(message === undefined ? { kind: 'signedOut' } : { kind: 'signedOut', message });
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.emit('change', state);
  }

  async #post<N extends SigningIn>(name: N, body?: Credentials): Promise<ApiAnswer<N>> {
    const response = await this.#send(name, body);
    if (!response.ok) throw await errorFromResponse(response);
    return (await response.json()) as ApiAnswer<N>;
  }

  async #send(
    name: SigningIn | 'POST /api/auth/logout',
    body?: Credentials,
    token?: string,
  ): Promise<Response> {
    const { method, path } = requestLine(name);
    const headers: Record<string, string> = {};
    if (body) headers['content-type'] = 'application/json';
    if (token) headers['authorization'] = `Bearer ${token}`;
    try {
      return await this.#fetch(this.server + path, {
        method,
        credentials: 'include',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }
}

/**
 * Whether this browser may have a session, without a request to the server: a first visit needs no refused request. The cookie
 * for this is set and cleared with the real one, and grants nothing.
 *
 * @param cookies document.cookie
 */
export function hintsAtSession(cookies: string): boolean {
  return cookies.split('; ').some((cookie) => cookie.startsWith(`${SESSION_HINT_COOKIE}=`));
}
