/**
 * One route of the HTTP API as a value: request and answer. Its name is its method and path, such as `GET
 * /api/cameras/:cameraId/events`. Server, client and tests use the same table (api-routes.ts). Each route has a summary
 * and its statuses, so that an OpenAPI description can be generated from it. authorization.ts says who may call it.
 */

import type { z } from 'zod';

export interface ApiRoute {
  /** One line for a description of the API. */
  readonly summary: string;
  /** One string for each `:name` of the path. */
  readonly params?: z.ZodType<Record<string, string>>;
  readonly query?: z.ZodType<object>;
  /** JSON. */
  readonly body?: z.ZodType<object>;
  /** With an `Idempotency-Key` it creates one object, however often it is sent (http/idempotency-key.ts). */
  readonly keyed?: true;
  /** Content type of a body that is not JSON. */
  readonly upload?: string;
  /** JSON. Without this and `media` the answer is empty. */
  readonly response?: z.ZodType<object>;
  /** Content type of an answer that is not JSON. */
  readonly media?: string;
  /** Success statuses. Default: [200], or [204] for an empty answer. */
  readonly statuses?: readonly [number, ...number[]];
  /** Statuses of problem details in addition to COMMON_ERRORS. */
  readonly errors?: readonly number[];
}

export type RouteName = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /api/${string}`;
export type ApiRouteTable = Readonly<Record<RouteName, ApiRoute>>;

/**
 * Not as the schema says, not signed in, not allowed, not found, too large, as the schema says but not to be taken, too
 * often, server fault, not available now. A 404 also covers an id that was removed meanwhile.
 */
export const COMMON_ERRORS: readonly number[] = [400, 401, 403, 404, 413, 422, 429, 500, 503];

/** Success statuses of a route, the usual one first. */
export function statusesOf({ statuses, response, media }: ApiRoute): readonly [number, ...number[]] {
  return statuses ?? [response || media !== undefined ? 200 : 204];
}
