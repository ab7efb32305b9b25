/**
 * The two cookies of a sign-in, both out of reach of scripts and of other sites, and a third that tells our pages no more
 * than that they are there.
 *
 * Over TLS the two are `Secure` and named `__Host-…` (RFC 6265bis section 4.1.3.2), so that neither a page in the clear nor
 * a neighbour under the same domain can put one of its own in their place; for that they have to go to every path. Under a base
 * path other programs of the same host would get them so: there they are `__Secure-…`, and go only where they are used. In a LAN
 * without TLS such cookies would keep everyone out: there they are plain, and go only where they are used.
 */

import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { LIFETIME_SECONDS } from './access-token.ts';
import { SESSION_IDLE_SECONDS, type SessionTokens } from './sessions.ts';
import { SESSION_HINT_COOKIE } from '../wire/browser-values.ts';
import type { ClientConnection } from '../http/client-connection.ts';

interface SessionCookie {
  name: string;
  /** In the clear. */
  path: string;
  seconds: number;
}

const REFRESH: SessionCookie = { name: 'vigie_refresh', path: '/api/auth', seconds: SESSION_IDLE_SECONDS };
const MEDIA: SessionCookie = { name: 'vigie_media', path: '/api/cameras', seconds: LIFETIME_SECONDS.media };
const HINT: SessionCookie = { name: SESSION_HINT_COOKIE, path: '/', seconds: SESSION_IDLE_SECONDS };

export function setSessionCookies(
  connection: ClientConnection,
  response: Response,
  tokens: SessionTokens,
): void {
  for (const [cookie, value] of [
    [REFRESH, tokens.refreshToken],
    [MEDIA, tokens.mediaToken],
  ] as const)
    response.cookie(nameOf(cookie, connection), value, {
      ...optionsOf(cookie, connection),
      maxAge: cookie.seconds * 1000,
    });
  response.cookie(HINT.name, '1', {
    ...optionsOf(HINT, connection),
    maxAge: HINT.seconds * 1000,
    httpOnly: false,
  });
}

export function clearSessionCookies(connection: ClientConnection, response: Response): void {
  for (const cookie of [REFRESH, MEDIA])
    response.clearCookie(nameOf(cookie, connection), optionsOf(cookie, connection));
  response.clearCookie(HINT.name, optionsOf(HINT, connection));
}

export function refreshTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, REFRESH, connection);
}

export function mediaTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, MEDIA, connection);
}

/** Over TLS the plain name counts for nothing: anybody in between may have set it while the page was in the clear. */
function valueOf(request: Request, cookie: SessionCookie, connection: ClientConnection): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[nameOf(cookie, connection)];
}

function nameOf({ name }: SessionCookie, { secure, basePath }: ClientConnection): string {
  if (!secure) return name;
  return basePath === '' ? `__Host-${name}` : `__Secure-${name}`;
}

function optionsOf({ path }: SessionCookie, { secure, basePath }: ClientConnection): CookieOptions {
  const isOfHost = secure && basePath === '';
  return { httpOnly: true, sameSite: 'strict', secure, path: isOfHost ? '/' : pathUnder(basePath, path) };
}

/** Without a slash at the end, which would leave out the base path alone. */
function pathUnder(basePath: string, path: string): string {
  return (basePath + path).replace(/(?<=.)\/$/, '');
}
