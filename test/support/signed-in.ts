/** A user's session like a browser's: one sign-in, then renewals by the refresh cookie. */

import type { SessionView } from '../../server/wire/account.ts';
import { call } from './http-call.ts';

/** A token is valid for 15 minutes. */
const FRESH_MS = 8 * 60_000;

export class SignedIn {
  readonly #port: number;
  readonly #username: string;
  readonly #password: string;
  #cookie = '';
  #token = '';
  #renewedMs = 0;

  constructor(port: number, username: string, password: string) {
    this.#port = port;
    this.#username = username;
    this.#password = password;
  }

  /** @throws Error when it is refused */
  async token(): Promise<string> {
    return Date.now() - this.#renewedMs < FRESH_MS ? this.#token : this.renewed();
  }

  /** @throws Error when it is refused */
  async renewed(): Promise<string> {
    const answer =
      this.#cookie === ''
        ? await call(this.#port, {
            method: 'POST',
            path: '/api/auth/login',
            body: { username: this.#username, password: this.#password },
          })
        : await call(this.#port, {
            method: 'POST',
            path: '/api/auth/refresh',
            headers: { Cookie: this.#cookie },
          });
    if (answer.status !== 200) throw new Error(`${this.#username} is not let in: ${answer.status}`);
    this.#cookie = answer.cookies.map((cookie) => cookie.split(';')[0]).join('; ');
    this.#token = (JSON.parse(answer.body) as SessionView).accessToken;
    this.#renewedMs = Date.now();
    return this.#token;
  }
}
