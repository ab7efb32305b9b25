/**
 * The two cookies of a sign-in, both out of reach of scripts and of other sites, and a third that tells our pages no more
 * than that they are there. `Secure` wherever the page came by https:
 * in a LAN without it, a Secure cookie would keep everyone out.
 */

import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { LIFETIME_SECONDS } from '../accounts/access-token.ts';
import { SESSION_IDLE_SECONDS, type SessionTokens } from '../accounts/sessions.ts';
import { SESSION_HINT_COOKIE } from '../wire/api.ts';
import type { ClientConnection } from './client-connection.ts';

const REFRESH = { name: 'vigie_refresh', path: '/api/auth', seconds: SESSION_IDLE_SECONDS };
const HINT = { name: SESSION_HINT_COOKIE, path: '/', seconds: SESSION_IDLE_SECONDS };
const MEDIA = { name: 'vigie_media', path: '/api/cameras', seconds: LIFETIME_SECONDS.media };

export function setSessionCookies(
  connection: ClientConnection,
  response: Response,
  tokens: SessionTokens,
): void {
  const cookies = [
    { ...REFRESH, value: tokens.refreshToken },
    { ...MEDIA, value: tokens.mediaToken },
  ];
  for (const { name, path, seconds, value } of cookies)
    response.cookie(name, value, { ...optionsOf(connection), path, maxAge: seconds * 1000 });
  const { name, path, seconds } = HINT;
  response.cookie(name, '1', { ...optionsOf(connection), path, maxAge: seconds * 1000, httpOnly: false });
}

export function clearSessionCookies(connection: ClientConnection, response: Response): void {
  for (const { name, path } of [REFRESH, MEDIA, HINT])
    response.clearCookie(name, { ...optionsOf(connection), path });
}

export function refreshTokenOf(request: Request): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[REFRESH.name];
}

export function mediaTokenOf(request: Request): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[MEDIA.name];
}

function optionsOf({ secure }: ClientConnection): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure };
}
