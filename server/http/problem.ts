/**
 * Every error of the HTTP API as problem details (RFC 9457), whoever threw it: our code, express, its body parser.
 *
 * Invariant: what is not meant for the caller stays in the log.
 */

import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { isDamaged, isDiskFull } from '../store/database.ts';
import type { Problem } from '../wire/problem.ts';

/** The code for an error that express, its parsers or its file sender throw, by the HTTP status they put on it. */
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  403: 'forbidden',
  404: 'notFound',
  412: 'preconditionFailed',
  413: 'tooLarge',
  416: 'rangeNotSatisfiable',
};

/** These messages are safe to show. Messages of other errors are not: they may hold a path, a query or a secret. */
const DETAILS_BY_TYPE: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not JSON',
  'entity.too.large': 'the body is larger than this API needs',
  'encoding.unsupported': 'the body is compressed in a way that is not understood',
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
  // What a route may have said of the answer it did not come to give.
  for (const name of ['ETag', 'Last-Modified']) response.removeHeader(name);
  response.setHeader('Cache-Control', 'no-store');
  if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="vigie"');
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error)));
}

/** The last of all routes. */
export const notFound: RequestHandler = (request, response) => {
  sendProblem(
    response,
    new VigieError('notFound', `there is nothing at ${request.method} ${request.baseUrl}${request.path}`),
  );
};

export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // RequestGate answered in the meantime, because the route took long and others needed the place.
    if (response.writableEnded && isHeadersSent(error)) return;
    const known = knownError(error);
    if (!known)
      log.error({ err: error, method: request.method, path: request.path }, 'failed to handle a request');
    if (response.headersSent) return next(error);
    return sendProblem(
      response,
      known ?? new VigieError('internal', 'this is a fault of the server; its log says more'),
    );
  };
}

function isHeadersSent(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_HTTP_HEADERS_SENT';
}

function knownError(error: unknown): VigieError | undefined {
  if (error instanceof VigieError) return error;
  if (isDiskFull(error))
    return new VigieError('unavailable', 'the disk that holds the data folder is full: make room on it');
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
  // Every 4xx is the caller's to mend: one without a code of its own is a bad request, never a fault of the server.
  const code = CODES_BY_STATUS[status] ?? 'badRequest';
  return new VigieError(code, detail ?? 'the request cannot be answered as it stands');
}
