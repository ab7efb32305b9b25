/**
 * One route of the HTTP API as a value: who may call it, what it takes and what it answers. The handler's guard decides who may
 * call it; `access` says so here, and a test calls every route in every role to hold the two together. Its name is its method and path, such as
 * `GET /api/cameras/:cameraId/events`. Server, client and tests read the same table (api-routes.ts); an OpenAPI
 * description would be made from it too, so each route has a summary and its statuses.
 */

import type { z } from 'zod';

/**
 * - `anyone`: no token is asked for
 * - `sensor`: the token of a sensor of this camera
 * - `user`: whoever is signed in
 * - `watcher`: whoever may watch this camera
 * - `administrator`
 */
export type ApiAccess = 'anyone' | 'sensor' | 'user' | 'watcher' | 'administrator';

export interface ApiRoute {
  /** One line for a description of the API. */
  readonly summary: string;
  readonly access: ApiAccess;
  /** One text for each `:name` of the path. */
  readonly params?: z.ZodType<Record<string, string>>;
  readonly query?: z.ZodType<object>;
  /** JSON. */
  readonly body?: z.ZodType<object>;
  /** Content type of a body that is not JSON. */
  readonly upload?: string;
  /** JSON. Without this and `media` the answer is empty. */
  readonly response?: z.ZodType<object>;
  /** Content type of an answer that is not JSON. */
  readonly media?: string;
  /** Of success. Left out: [200], or [204] for an empty answer. */
  readonly statuses?: readonly [number, ...number[]];
  /** Statuses of problem details besides those that many routes answer with (see COMMON_ERRORS). */
  readonly errors?: readonly number[];
}

export type RouteName = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /api/${string}`;
export type ApiRouteTable = Readonly<Record<RouteName, ApiRoute>>;

/**
 * Malformed, not signed in, not allowed, not there, too large, too often, a fault, and not now. A 404 also stands for an id
 * that was removed meanwhile.
 */
export const COMMON_ERRORS: readonly number[] = [400, 401, 403, 404, 413, 429, 500, 503];

/** Statuses of success of a route, the usual one first. */
export function statusesOf({ statuses, response, media }: ApiRoute): readonly [number, ...number[]] {
  return statuses ?? [response || media !== undefined ? 200 : 204];
}
