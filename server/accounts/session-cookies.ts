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
/** As long as browsers keep one. */
const DEVICE: SessionCookie = { name: 'vigie_device', path: '/api/auth', seconds: 400 * 24 * 3600 };
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

/**
 * The session of this browser has ended: removes its cookies, and the pictures in its cache, to which the next user may have no
 * right. Browsers clear the cache only over https and on localhost.
 */
export function forgetSession(connection: ClientConnection, response: Response): void {
  for (const cookie of [REFRESH, MEDIA])
    response.clearCookie(nameOf(cookie, connection), optionsOf(cookie, connection));
  response.clearCookie(HINT.name, optionsOf(HINT, connection));
  response.setHeader('Clear-Site-Data', '"cache"');
}

/** Remains when the session ends: it identifies the device at the next sign-in (known-devices.ts). */
export function setDeviceCookie(connection: ClientConnection, response: Response, token: string): void {
  response.cookie(nameOf(DEVICE, connection), token, {
    ...optionsOf(DEVICE, connection),
    maxAge: DEVICE.seconds * 1000,
  });
}

export function deviceTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, DEVICE, connection);
}

export function refreshTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, REFRESH, connection);
}

export function mediaTokenOf(request: Request, connection: ClientConnection): string | undefined {
  return valueOf(request, MEDIA, connection);
}

/** Over TLS the plain name is ignored: an attacker on the network may have set it while the page was unencrypted. */
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

/** Without a slash at the end, which would exclude the base path itself. */
function pathUnder(basePath: string, path: string): string {
  return (basePath + path).replace(/(?<=.)\/$/, '');
}
