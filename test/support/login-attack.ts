/** Sign-ins by the hundred, from addresses that a trusted proxy reports. Loops end when they are stopped. */

import type { Problem } from '../../server/wire/problem.ts';
import type { SessionView } from '../../server/wire/account.ts';

export interface LoginAnswer {
  status: number;
  /** Cookies of a session, as the browser would send them. */
  cookies: string;
  body: SessionView & Problem;
}

export async function login(
  url: string,
  from: string,
  username: string,
  password: string,
  cookies = '',
): Promise<LoginAnswer> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      ...(cookies !== '' && { cookie: cookies }),
    },
    body: JSON.stringify({ username, password }),
  });
  return {
    status: response.status,
    cookies: response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0] ?? '')
      .join('; '),
    body: (await response.json()) as SessionView & Problem,
  };
}

/** Invented names, sent by a bounded number of clients, one attempt at a time each. */
export class MadeUpNames implements AsyncDisposable {
  readonly #clients: Promise<void>[];
  #stopped = false;
  sent = 0;
  /** Attempts for which a password was hashed. */
  looked = 0;

  /** @param from a client's address, by its number and that of its attempt */
  constructor(url: string, clients: number, from: (client: number, attempt: number) => string) {
    this.#clients = Array.from({ length: clients }, async (_, client) => {
      for (let attempt = 0; !this.#stopped; attempt++) {
        this.sent++;
        const { status } = await login(
          url,
          from(client, attempt),
          `nobody ${client} ${attempt}`,
          'a password',
        );
        if (status === 401) this.looked++;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }
}
