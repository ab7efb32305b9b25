/**
 * A browser's behaviour for a page: keeps cookies by path, sends the token. Every answer is checked against the HTTP
 * contract.
 */

import type { Problem } from '../../server/wire/problem.ts';
import type { SessionView } from '../../server/wire/account.ts';
import { assertContract } from './assert-contract.ts';
import { ADMIN_PASSWORD, type ApiServer } from './api-server.ts';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Call {
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as the Authorization header; null sends none. */
  token?: string | null;
}

interface Cookie {
  value: string;
  path: string;
  /** As the server wrote it. */
  text: string;
}

export class ApiClient {
  readonly #url: string;
  readonly cookies = new Map<string, Cookie>();
  accessToken: string | null = null;

  constructor(server: Pick<ApiServer, 'url'>) {
    this.#url = server.url;
  }

  static async signedIn(
    server: ApiServer,
    username = 'admin',
    password = ADMIN_PASSWORD,
  ): Promise<ApiClient> {
    const client = new ApiClient(server);
    const { status } = await client.signIn(username, password);
    if (status !== 200) throw new Error(`signing in was answered with ${status}`);
    return client;
  }

  async signIn(username: string, password: string): Promise<Answer<SessionView & Problem>> {
    return this.#keepToken(await this.call('POST', '/api/auth/login', { body: { username, password } }));
  }

  async refresh(call: Call = {}): Promise<Answer<SessionView & Problem>> {
    return this.#keepToken(await this.call('POST', '/api/auth/refresh', { token: null, ...call }));
  }

  /** @returns the body as JSON if it is JSON, else as text */
  async call<T>(method: string, path: string, call: Call = {}): Promise<Answer<T>> {
    const { body, token = this.accessToken } = call;
    const cookies = [...this.cookies].filter(([, cookie]) => path.startsWith(cookie.path));
    const headers: Record<string, string> = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(cookies.length > 0 && {
        cookie: cookies.map(([name, { value }]) => `${name}=${value}`).join('; '),
      }),
      ...call.headers,
    };
    const response = await fetch(this.#url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.#keepCookies(response.headers.getSetCookie());
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    assertContract({ method, path, status: response.status, contentType, text });
    return {
      status: response.status,
      headers: response.headers,
      body: (/\bjson\b/.test(contentType) ? JSON.parse(text) : text) as T,
    };
  }

  #keepToken(answer: Answer<SessionView & Problem>): Answer<SessionView & Problem> {
    if (answer.status === 200) this.accessToken = answer.body.accessToken;
    return answer;
  }

  #keepCookies(lines: string[]): void {
    for (const text of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      const path = /; Path=([^;]+)/.exec(text)?.[1] ?? '/';
      if (/; Expires=Thu, 01 Jan 1970/.test(text)) this.cookies.delete(name);
      else this.cookies.set(name, { value: decodeURIComponent(value), path, text });
    }
  }
}
