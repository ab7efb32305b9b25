/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a request that creates something and is sent again with the
 * same key gets the answer of the first one, and creates nothing. For routes marked `keyed` in wire/api-route.ts.
 *
 * Invariant: the caller's rights are checked before a kept answer is looked up.
 */

import type { Request, RequestHandler, Response } from 'express';
import { monotonicMs } from '../core/clock.ts';
import { KeptAnswers, type FirstAttempt } from '../core/kept-answers.ts';
import { VigieError } from '../errors.ts';
import { idempotencyKey } from '../wire/fields.ts';
import { validate } from '../wire/validate.ts';
import type { CallFacts } from './watched-calls.ts';

interface Answering {
  answers: KeptAnswers;
  /** undefined before the request is authenticated. */
  callerOf: (request: Request) => string | undefined;
}

const ANSWERING = new WeakMap<Request, Answering>();

/** The answer to the first request with this key; ends the handler of a later one. */
export class AnsweredBefore extends Error {
  readonly answer: string;

  constructor(answer: string) {
    super('answered before');
    this.answer = answer;
  }
}

/** To be used before the routes. */
export function keepAnswers(callerOf: Answering['callerOf']): RequestHandler {
  const answering: Answering = { answers: new KeptAnswers(), callerOf };
  return (request, _response, next) => {
    ANSWERING.set(request, answering);
    next();
  };
}

/**
 * To be called once its body is read.
 *
 * @returns undefined where the request has no key
 * @throws AnsweredBefore, or VigieError `badRequest`, `unprocessable`, `conflict`, `tooManyRequests`
 */
export function beginOnce(request: Request, { name, params, body }: CallFacts): FirstAttempt | undefined {
  const header = request.headers['idempotency-key'];
  const answering = ANSWERING.get(request);
  if (header === undefined || !answering) return undefined;
  const caller = answering.callerOf(request);
  if (caller === undefined) return undefined;
  const { data: key } = validate(idempotencyKey, header);
  if (key === undefined)
    throw new VigieError(
      'badRequest',
      'the Idempotency-Key must be 16 to 128 letters, digits, "-" or "_", in quotes or not: a new UUID for each request',
    );
  const same = JSON.stringify([name, params, body]);
  const begun = answering.answers.begin(caller, key.replaceAll('"', ''), same, monotonicMs());
  if (typeof begun === 'string') throw new AnsweredBefore(begun);
  return begun;
}

export function keptAnswer(response: Response, json: string): string {
  return JSON.stringify({ status: response.statusCode, location: response.getHeader('Location'), json });
}

/** @returns the JSON to send, its status and headers being set */
export function answerAgain(response: Response, kept: string): Uint8Array {
  const { status, location, json } = JSON.parse(kept) as { status: number; location?: string; json: string };
  response.status(status);
  // The path as it was sent, with the base path of a proxy.
  if (location !== undefined) response.setHeader('Location', location);
  return Buffer.from(json);
}
