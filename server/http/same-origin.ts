/**
 * Tells whether a request comes from a page of this server. Cookies are also sent with requests of other sites' pages,
 * and any page may open a WebSocket to any server; the browser's Origin header distinguishes them (RFC 6454).
 *
 * Invariant: a browser always sends Origin with a POST and a WebSocket, so a request without one comes from a program,
 * which holds no user's cookies.
 */

import type { IncomingMessage } from 'node:http';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from './client-connection.ts';

export function isSameOrigin(request: IncomingMessage, connectionOf: ConnectionOf): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const page = URL.parse(origin);
  if (!page || page.host === '') return false;
  const connection = connectionOf(request);
  // A page loaded without TLS may have been modified. (A proxy that does not tell the scheme is given the benefit of
  // the doubt.)
  if (connection.secure && page.protocol !== 'https:') return false;
  // With the same scheme, so that an omitted default port makes no difference.
  const server = URL.parse(`${page.protocol}//${connection.host}`);
  if (!server || server.hostname !== page.hostname) return false;
  if (server.port === page.port) return true;
  // nginx's $host has no port. Without a proxy, another port is a page of another server; through one, the browser's own
  // Sec-Fetch-Site decides where it sends it.
  const portUnknown = server.port === '' || page.port === '';
  return connection.isProxied && portUnknown && isSameOriginFetch(request);
}

/**
 * For requests without an Origin: `<img>`, `<video>`. If the browser does not send Sec-Fetch-Site (older ones, plain
 * http), only the SameSite cookie decides.
 */
export function isSameOriginFetch(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** @throws VigieError `forbidden` */
export function assertSameOrigin(request: IncomingMessage, connectionOf: ConnectionOf): void {
  if (!isSameOrigin(request, connectionOf))
    throw new VigieError(
      'forbidden',
      `this request comes from a page of ${request.headers.origin}, not of this server; a proxy in front must pass the Host header on, with its port or from an address in VIGIE_TRUSTED_PROXIES`,
    );
}
