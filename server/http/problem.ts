/**
 * Every error of the HTTP API as problem details (RFC 9457), whether thrown by this code, express or its body parser.
 *
 * Invariant: details not meant for the caller stay in the log.
 */

import { parseCookie } from 'cookie';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { isDamaged, isDiskFull } from '../store/database.ts';
import { SESSION_HINT_COOKIE } from '../wire/browser-values.ts';
import { keyAccessOf } from '../wire/key-access.ts';
import { calledRoute } from './called-route.ts';
import type { Problem } from '../wire/problem.ts';

/** The code for an error of express, its parsers or its file sender, by the HTTP status on it. */
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  403: 'forbidden',
  404: 'notFound',
  412: 'preconditionFailed',
  413: 'tooLarge',
  416: 'rangeNotSatisfiable',
};

/** These messages are safe to show. Other errors' messages are not: they may contain a path, a query or a secret. */
const DETAILS_BY_TYPE: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not JSON',
  'entity.too.large': 'the body is larger than this API needs',
  'encoding.unsupported': 'the body uses an unsupported compression',
  'charset.unsupported': 'the body must be UTF-8',
};

export function problemOf(error: VigieError): Problem {
  return {
    type: `urn:vigie:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
  };
}

export function sendProblem(response: Response, error: VigieError): void {
  // The route may have set these for the answer that failed.
  for (const name of ['ETag', 'Last-Modified', 'Age']) response.removeHeader(name);
  response.setHeader('Cache-Control', 'no-store');
  if (error.status === 401) response.setHeader('WWW-Authenticate', challengesFor(response.req));
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error)));
}

/**
 * Basic, for which a browser would ask its user, is offered only on routes that accept it, and never to our own pages: a program
 * sends no session cookie, and no header saying that it loads a picture of a page.
 */
function challengesFor(request: Request): string | string[] {
  const bearer = 'Bearer realm="vigie"';
  const route = calledRoute(request);
  if (route === undefined || keyAccessOf(route) !== 'basic') return bearer;
  const { cookie = '', 'sec-fetch-dest': shownIn = 'document' } = request.headers;
  const hasSession = parseCookie(cookie)[SESSION_HINT_COOKIE] !== undefined;
  return hasSession || shownIn !== 'document'
    ? bearer
    : [bearer, 'Basic realm="Vigie: any user name, and an API key", charset="UTF-8"'];
}

/** Registered after all other routes. */
export const notFound: RequestHandler = (request, response) => {
  sendProblem(
    response,
    new VigieError('notFound', `there is nothing at ${request.method} ${request.baseUrl}${request.path}`),
  );
};

export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    // RequestGate has answered meanwhile, because the route took long and others needed the place.
    if (response.writableEnded && isHeadersSent(error)) return;
    const known = knownError(error);
    if (!known)
      log.error({ err: error, method: request.method, path: request.path }, 'failed to handle a request');
    if (response.headersSent) {
      // A partial answer must not look whole. An answer that has ended is the gate's, in place of this one.
      if (!response.writableEnded) response.destroy();
      return;
    }
    return sendProblem(
      response,
      known ?? new VigieError('internal', 'this is an internal error of the server; see its log'),
    );
  };
}

function isHeadersSent(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_HTTP_HEADERS_SENT';
}

function knownError(error: unknown): VigieError | undefined {
  if (error instanceof VigieError) return error;
  if (isDiskFull(error))
    return new VigieError('unavailable', 'the disk of the data folder is full: free some space');
  // The store has raised the alarm for it.
  if (isDamaged(error))
    return new VigieError(
      'unavailable',
      'the server’s database is damaged; restore a backup (npm start -- --restore FILE)',
    );
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  const detail = typeof type === 'string' ? DETAILS_BY_TYPE[type] : undefined;
  // Every 4xx is the caller's error: without a code of its own it is a bad request, never a fault of the server.
  const code = CODES_BY_STATUS[status] ?? 'badRequest';
  return new VigieError(code, detail ?? 'the request is not valid');
}
