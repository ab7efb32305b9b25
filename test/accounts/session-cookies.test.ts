import assert from 'node:assert/strict';
import type { Request, Response } from 'express';
import { test } from 'node:test';
import { forgetSession, refreshTokenOf, setSessionCookies } from '../../server/accounts/session-cookies.ts';
import type { SessionTokens } from '../../server/accounts/sessions.ts';
import type { ClientConnection } from '../../server/http/client-connection.ts';

const TOKENS = { refreshToken: 'r', mediaToken: 'm' } as SessionTokens;
const HERE: ClientConnection = {
  address: '192.0.2.1',
  isPrivate: false,
  secure: false,
  host: 'vigie.example',
  isProxied: true,
  basePath: '',
};

/** The cookies that are set, and those that sign-out clears: `name path`. */
function cookiesOf(connection: ClientConnection): string[] {
  const written: string[] = [];
  const note = (name: string, { path, secure }: { path?: string; secure?: boolean }): void =>
    void written.push(`${name} ${path}${secure ? ' secure' : ''}`);
  const response = {
    cookie: (name: string, _value: string, options: object) => note(name, options),
    clearCookie: note,
    setHeader: () => undefined,
  } as unknown as Response;
  setSessionCookies(connection, response, TOKENS);
  const set = written.splice(0);
  forgetSession(connection, response);
  assert.deepEqual(written.toSorted(), set.toSorted(), 'what was set is cleared');
  return set;
}

for (const [name, change, cookies] of [
  ['in the clear', {}, ['vigie_refresh /api/auth', 'vigie_media /api/cameras', 'vigie_session /']],
  [
    'over TLS',
    { secure: true },
    ['__Host-vigie_refresh / secure', '__Host-vigie_media / secure', 'vigie_session / secure'],
  ],
  [
    'under a base path',
    { basePath: '/vigie' },
    ['vigie_refresh /vigie/api/auth', 'vigie_media /vigie/api/cameras', 'vigie_session /vigie'],
  ],
  [
    'under a base path over TLS, where other programs of the host get none',
    { basePath: '/vigie', secure: true },
    [
      '__Secure-vigie_refresh /vigie/api/auth secure',
      '__Secure-vigie_media /vigie/api/cameras secure',
      'vigie_session /vigie secure',
    ],
  ],
] as const) {
  test(`the cookies of a sign-in ${name}`, () => {
    const connection = { ...HERE, ...change };
    assert.deepEqual(cookiesOf(connection), cookies);
    const [refresh = ''] = cookies[0].split(' ');
    const request = { headers: { cookie: `${refresh}=r; vigie_other=x` } } as Request;
    assert.equal(refreshTokenOf(request, connection), 'r');
  });
}
