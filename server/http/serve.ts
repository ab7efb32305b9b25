/**
 * Registers a handler for a route of the HTTP contract (wire/api-routes.ts): the request parts it reads are validated
 * by the route's schemas, and its return value has the type of the route's answer.
 *
 * Invariant: body and query are validated when the handler reads them, after it has checked the caller's rights, so
 * callers without rights learn nothing about them.
 */

import type { Request, Response, Router } from 'express';
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
import { EncodedJson, sendJson } from './json-answer.ts';
import { parseParams, parseRequest } from './parse-request.ts';

export interface Call<N extends ApiRouteName> {
  request: Request;
  response: Response;
  params: ApiParams<N>;
  /** @throws VigieError `badRequest` or `unprocessable` that names every invalid field */
  readQuery: () => ApiQuery<N>;
  /** @throws VigieError like `readQuery` */
  readBody: () => ApiBody<N>;
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
    const params = route.params && parseParams(route.params, request);
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

/** The user and lifetime of a long database read: it is cancelled when the client disconnects. */
export function readFor({ userId }: { userId: string }, response: Response): ReadFor {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { userId, signal: gone.signal };
}
