/**
 * Pages of other sites that may play by WHEP (VIGIE_WHEP_ORIGINS): the CORS headers, and the refusal of all others.
 *
 * Invariant: a request that a browser sends for a page of an origin that is neither this server's nor configured changes nothing,
 * whatever credentials the browser adds.
 */

import type { IncomingMessage } from 'node:http';
import type { Response } from 'express';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import { isSameOrigin } from '../http/same-origin.ts';

const METHODS = 'POST, PATCH, DELETE, OPTIONS';
const REQUEST_HEADERS = 'Authorization, Content-Type, If-Match';
const ANSWER_HEADERS = 'ETag, Link, Location, Retry-After, WWW-Authenticate';
const PREFLIGHT_SECONDS = 600;

export class WhepOrigins {
  readonly #allowed: ReadonlySet<string>;
  readonly #connectionOf: ConnectionOf;

  /** @param allowed origins as browsers send them (RFC 6454 section 6.2) */
  constructor(allowed: readonly string[], connectionOf: ConnectionOf) {
    this.#allowed = new Set(allowed);
    this.#connectionOf = connectionOf;
  }

  /** @throws VigieError `forbidden` */
  assertAllowed(request: IncomingMessage): void {
    const { origin } = request.headers;
    if (origin === undefined || this.#allowed.has(origin) || isSameOrigin(request, this.#connectionOf))
      return;
    throw new VigieError('forbidden', `pages of ${origin} may not play here: add it to VIGIE_WHEP_ORIGINS`);
  }

  /** For every answer, refusals too. */
  setHeaders(request: IncomingMessage, response: Response): void {
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined || !this.#allowed.has(origin)) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
    if (request.method !== 'OPTIONS') return;
    response.setHeader('Access-Control-Allow-Methods', METHODS);
    response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
    response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
  }
}
