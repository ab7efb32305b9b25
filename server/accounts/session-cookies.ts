/**
 * The two cookies of a sign-in, inaccessible to scripts and to other sites, and a third that tells the pages only that
 * they exist.
 *
 * Over TLS the two are `Secure` and named `__Host-…` (RFC 6265bis section 4.1.3.2), so neither an unencrypted page nor
 * another host of the same domain can replace them; this requires the path `/`. Browsers reject such cookies without
 * TLS: in a LAN over http they are plain and sent only to the paths that use them.
 */

import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { LIFETIME_SECONDS } from './access-token.ts';
import { SESSION_IDLE_SECONDS, type SessionTokens } from './sessions.ts';
import { SESSION_HINT_COOKIE } from '../wire/browser-values.ts';
import type { ClientConnection } from '../http/client-connection.ts';

interface SessionCookie {
  name: string;
  /** Without TLS. */
  path: string;
  seconds: number;
}

const REFRESH: SessionCookie = { name: 'vigie_refresh', path: '/api/auth', seconds: SESSION_IDLE_SECONDS };
const MEDIA: SessionCookie = { name: 'vigie_media', path: '/api/cameras', seconds: LIFETIME_SECONDS.media };
const HINT: SessionCookie = { name: SESSION_HINT_COOKIE, path: '/', seconds: SESSION_IDLE_SECONDS };

export function setSessionCookies(
  { secure }: ClientConnection,
  response: Response,
  tokens: SessionTokens,
): void {
  for (const [cookie, value] of [
    [REFRESH, tokens.refreshToken],
    [MEDIA, tokens.mediaToken],
  ] as const)
    response.cookie(nameOf(cookie, secure), value, {
      ...optionsOf(cookie, secure),
      maxAge: cookie.seconds * 1000,
    });
  response.cookie(HINT.name, '1', {
    ...optionsOf(HINT, secure),
    maxAge: HINT.seconds * 1000,
    httpOnly: false,
  });
}

export function clearSessionCookies({ secure }: ClientConnection, response: Response): void {
  for (const cookie of [REFRESH, MEDIA])
    response.clearCookie(nameOf(cookie, secure), optionsOf(cookie, secure));
  response.clearCookie(HINT.name, optionsOf(HINT, secure));
}

export function refreshTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, REFRESH, connection);
}

export function mediaTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, MEDIA, connection);
}

/** Over TLS the plain name is ignored: an attacker on the network may have set it while the page was unencrypted. */
function valueOf(request: Request, cookie: SessionCookie, { secure }: ClientConnection): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[nameOf(cookie, secure)];
}

function nameOf({ name }: SessionCookie, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

function optionsOf({ path }: SessionCookie, secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure, path: secure ? '/' : path };
}
