/**
 * The HTTP contract: every route of the API in one table, and the types of what each takes and answers. The server validates
 * and answers by it (http/serve.ts), the client's calls take their types from it (never its values: zod stays out of the
 * browser), tests hold every answer to it.
 */

import type { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { ACCOUNT_ROUTES } from './routes/accounts.ts';
import { CAMERA_ROUTES } from './routes/cameras.ts';
import { EVENT_ROUTES } from './routes/events.ts';
import { FIRMWARE_ROUTES } from './routes/firmware.ts';
import { OUTBOUND_ROUTES } from './routes/outbound.ts';
import { PICTURE_ROUTES } from './routes/pictures.ts';
import { RECORDING_ROUTES } from './routes/recording.ts';
import { SERVER_ROUTES } from './routes/server.ts';

export const API_ROUTES = {
  ...ACCOUNT_ROUTES,
  ...CAMERA_ROUTES,
  ...PICTURE_ROUTES,
  ...RECORDING_ROUTES,
  ...EVENT_ROUTES,
  ...OUTBOUND_ROUTES,
  ...FIRMWARE_ROUTES,
  ...SERVER_ROUTES,
};

type Routes = typeof API_ROUTES;
export type ApiRouteName = keyof Routes;

type SchemaOf<N extends ApiRouteName, P extends keyof ApiRoute> = Routes[N] extends {
  readonly [K in P]: infer S extends z.ZodType;
}
  ? S
  : undefined;
/** What a schema gives; undefined where the route has none. */
type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined;
/** One part of a request; it may be left out where everything in it may. */
type PartOf<N extends ApiRouteName, P extends 'params' | 'query' | 'body'> =
  SchemaOf<N, P> extends infer S extends z.ZodType
    ? Record<string, never> extends z.input<S>
      ? { readonly [K in P]?: z.input<S> }
      : { readonly [K in P]: z.input<S> }
    : unknown;

/** Routes that take JSON or nothing, and answer JSON or nothing. */
export type JsonRouteName = {
  [N in ApiRouteName]: Routes[N] extends { media: string } | { upload: string } ? never : N;
}[ApiRouteName];
/** Routes that answer with a picture or a video. */
export type MediaRouteName = {
  [N in ApiRouteName]: Routes[N] extends { media: string } ? N : never;
}[ApiRouteName];
/** Routes that take a file. */
export type UploadRouteName = {
  [N in ApiRouteName]: Routes[N] extends { upload: string } ? N : never;
}[ApiRouteName];

/** What a client puts into the URL. */
export type ApiTarget<N extends ApiRouteName> = PartOf<N, 'params'> & PartOf<N, 'query'>;
/** What a client sends. */
export type ApiRequest<N extends ApiRouteName> = ApiTarget<N> & PartOf<N, 'body'>;
/** What the server reads of it. */
export type ApiParams<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'params'>>;
export type ApiQuery<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'query'>>;
export type ApiBody<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'body'>>;
/** The JSON of the answer; undefined for an empty one, and for one that is no JSON. */
export type ApiAnswer<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'response'>>;
