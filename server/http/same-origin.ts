/**
 * Whether a request comes from a page of this very server. Cookies go along with requests that other pages start, and any
 * page may open a WebSocket to anywhere; the browser's Origin header tells them apart (RFC 6454).
 *
 * Invariant: a browser always sends Origin with a POST and a WebSocket, so a request without one is from a program,
 * which has no cookies of a person to abuse.
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
  // A page that came in the clear may be anybody's by now. (A proxy that does not say how it was asked is given the doubt.)
  if (connection.secure && page.protocol !== 'https:') return false;
  // Through the same scheme, so that a default port that only one of the two names makes no difference.
  const server = URL.parse(`${page.protocol}//${connection.host}`);
  if (!server || server.hostname !== page.hostname) return false;
  if (server.port === page.port) return true;
  // nginx's $host has no port. Of a request that came without a proxy, another port is another server's page; and where the
  // browser itself says so, of any.
  const portUnknown = server.port === '' || page.port === '';
  return connection.isProxied && portUnknown && isSameOriginFetch(request);
}

/**
 * For what a browser fetches by itself, without an Origin: `<img>`, `<video>`. Where the browser does not say (older
 * ones, plain http), the SameSite cookie alone decides.
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
