/**
 * Registers a handler for a route of the HTTP contract (wire/api-routes.ts): the request parts it reads are validated
 * by the route's schemas, and its return value has the type of the route's answer.
 *
 * Invariant: body and query are validated when the handler reads them, after it has checked the caller's rights, so
 * callers without rights learn nothing about them.
 */

import { createHash } from 'node:crypto';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import { VigieError } from '../errors.ts';
import { statusesOf, type ApiRoute } from '../wire/api-route.ts';
import {
  API_ROUTES,
  type ApiAnswer,
  type ApiBody,
  type ApiParams,
  type ApiQuery,
  type ApiRouteName,
} from '../wire/api-routes.ts';
import type { ReadFor } from '../store/work.ts';
import { setServedRoute } from './called-route.ts';
import type { FirstAttempt } from '../core/kept-answers.ts';
import { AnsweredBefore, answerAgain, beginOnce, keptAnswer } from './idempotency-key.ts';
import { beginCall, onAnswerBegins, type CallFacts } from './watched-calls.ts';
import { validate } from '../wire/validate.ts';

export interface Call<N extends ApiRouteName> {
  request: Request;
  response: Response;
  params: ApiParams<N>;
  /** @throws VigieError `badRequest` or `unprocessable` that names every invalid field */
  readQuery: () => ApiQuery<N>;
  /** @throws VigieError like `readQuery` */
  readBody: () => ApiBody<N>;
}

/** An answer that is already JSON in UTF-8: a long list from the reading thread. */
export class EncodedJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

type Served<N extends ApiRouteName> = ApiAnswer<N> extends undefined ? void : ApiAnswer<N> | EncodedJson;
/** Returns the JSON of the answer. On a route with `media` it sends the answer itself. */
type Handler<N extends ApiRouteName> = (call: Call<N>) => Served<N> | Promise<Served<N>>;

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/** The status is the route's usual one unless the handler sets another. */
export function serve<N extends ApiRouteName>(router: Router, name: N, handler: Handler<N>): void {
  const route: ApiRoute = API_ROUTES[name];
  const [method, path = ''] = name.split(' ') as [keyof typeof METHODS, string?];
  const [status] = statusesOf(route);
  router[METHODS[method]](path, async (request, response) => {
    setServedRoute(request, name);
    const params = route.params && paramsOf(route.params, request);
    const facts: CallFacts = { name, params: params ?? {} };
    let first: FirstAttempt | undefined;
    // Each part has the type of the schema it is parsed with.
    const call = {
      request,
      response,
      params,
      readQuery: () => (facts.query = route.query && parseRequest(route.query, request.query)),
      readBody: () => {
        facts.body = route.body && parseRequest(route.body, request.body);
        if (route.keyed) first ??= beginOnce(request, facts);
        return facts.body;
      },
    } as Call<N>;
    response.status(status);
    const outcome = beginCall(facts, request, response);
    if (route.media !== undefined) onAnswerBegins(response, () => outcome.done());
    let answer: unknown;
    try {
      answer = facts.answer = await handler(call);
    } catch (error) {
      if (error instanceof AnsweredBefore)
        return sendJson(request, response, new EncodedJson(answerAgain(response, error.answer)));
      // A refused request changed nothing; a fault of the server may have come after the write.
      if (error instanceof VigieError && error.code !== 'internal') first?.forget();
      else first?.doubt();
      outcome.failed(error);
      throw error;
    }
    if (route.media !== undefined) return;
    first?.keep(keptAnswer(response, JSON.stringify(answer)));
    outcome.done();
    if (answer === undefined) response.end();
    else sendJson(request, response, answer);
  });
}

function sendJson(request: Request, response: Response, answer: unknown): void {
  const json = answer instanceof EncodedJson ? answer.bytes : Buffer.from(JSON.stringify(answer));
  if (request.method === 'GET') {
    const etag = etagOf(json);
    response.setHeader('ETag', etag);
    // Not `request.fresh`: Node's fetch sends no-cache with every condition, which is a word to caches.
    const known = request.headers['if-none-match']?.split(',') ?? [];
    if (known.some((each) => each.trim().replace(/^W\//, '') === etag))
      return void response.status(304).end();
  }
  const { buffer, byteOffset, byteLength } = json;
  response.type('json').send(Buffer.from(buffer, byteOffset, byteLength));
}

/** Strong: the same bytes (RFC 9110 section 8.8.3). */
function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/** @throws VigieError `notFound`: a malformed id cannot exist */
function paramsOf(schema: z.ZodType<Record<string, string>>, request: Request): Record<string, string> {
  const parsed = validate(schema, { ...request.params });
  if (parsed.success) return parsed.data;
  throw new VigieError('notFound', `there is nothing at ${request.method} ${request.path}`);
}

/** @throws VigieError `badRequest` or `unprocessable` that names every invalid field */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  if (value === undefined)
    throw new VigieError('badRequest', 'a JSON body is needed, with content-type application/json');
  const parsed = validate(schema, value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  // Some rules have no JSON Schema, such as an end before the start: the request is well formed, and still not usable.
  const isWellFormed = parsed.error.issues.every(({ code }) => code === 'custom');
  throw new VigieError(isWellFormed ? 'unprocessable' : 'badRequest', problems.join('; '));
}

/** The user and lifetime of a long database read: it is cancelled when the client disconnects. */
export function readFor({ userId }: { userId: string }, response: Response): ReadFor {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { userId, signal: gone.signal };
}
