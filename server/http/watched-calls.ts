/**
 * Lets one listener observe every call of the API, whichever feature serves it: the route, the parts of the request that were
 * read, the answer, and how the call ended.
 */

import type { Request, RequestHandler, Response } from 'express';
import type { ApiRouteName } from '../wire/api-routes.ts';

/** Filled as the call proceeds; parts that were not read or answered are undefined. */
export interface CallFacts {
  readonly name: ApiRouteName;
  readonly params: Readonly<Record<string, string>>;
  query?: unknown;
  body?: unknown;
  answer?: unknown;
}

export interface CallOutcome {
  /** The answer is ready; one that is a file or a stream begins to be sent. Called once at most. */
  done(): void;
  /** In place of `done`. */
  failed(error: unknown): void;
}

/** Called before the handler, so that the objects that it removes can still be named. Must not throw. */
export type CallWatcher = (call: CallFacts, request: Request, response: Response) => CallOutcome;

const WATCHERS = new WeakMap<Request, CallWatcher>();
const UNWATCHED: CallOutcome = { done: () => undefined, failed: () => undefined };

/** To be used before the routes. */
export function watchCalls(watcher: CallWatcher): RequestHandler {
  return (request, _response, next) => {
    WATCHERS.set(request, watcher);
    next();
  };
}

/** Calls back when the header of a successful answer is about to be sent, which may be long before its end. */
export function onAnswerBegins(response: Response, begins: () => void): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
  response.writeHead = ((...args: unknown[]) => {
    response.writeHead = writeHead as Response['writeHead'];
    if (Number(args[0]) < 400) begins();
    return writeHead(...args);
  }) as Response['writeHead'];
}

export function beginCall(call: CallFacts, request: Request, response: Response): CallOutcome {
  return WATCHERS.get(request)?.(call, request, response) ?? UNWATCHED;
}
