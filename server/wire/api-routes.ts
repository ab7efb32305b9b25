/**
 * The HTTP contract: every route of the API in one table, and the types of its requests and answers. The server
 * validates and answers by it (http/serve.ts), the client's calls take their types from it (never its values: zod stays
 * out of the browser), and tests check every answer against it.
 */

import type { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { ACCOUNT_ROUTES } from './routes/accounts.ts';
import { API_KEY_ROUTES } from './routes/api-keys.ts';
import { AUDIT_ROUTES } from './routes/audit.ts';
import { BACKUP_ROUTES } from './routes/backup.ts';
import { CAMERA_ROUTES } from './routes/cameras.ts';
import { SWITCH_ROUTES } from './routes/camera-switch.ts';
import { DETECTION_ROUTES } from './routes/detections.ts';
import { EDGE_ROUTES } from './routes/edges.ts';
import { EVENT_ROUTES } from './routes/events.ts';
import { FIRMWARE_ROUTES } from './routes/firmware.ts';
import { OUTBOUND_ROUTES } from './routes/outbound.ts';
import { PICTURE_ROUTES } from './routes/pictures.ts';
import { RECORDING_ROUTES } from './routes/recording.ts';
import { SERVER_ROUTES } from './routes/server.ts';
import { WHEP_ROUTES } from './routes/whep.ts';

/** By feature, as a description of the API lists them. */
export const ROUTE_GROUPS = {
  Accounts: ACCOUNT_ROUTES,
  'API keys': API_KEY_ROUTES,
  Cameras: CAMERA_ROUTES,
  'Privacy switch': SWITCH_ROUTES,
  Pictures: PICTURE_ROUTES,
  WHEP: WHEP_ROUTES,
  Recordings: RECORDING_ROUTES,
  Events: EVENT_ROUTES,
  Detections: DETECTION_ROUTES,
  'Outbound messages': OUTBOUND_ROUTES,
  Firmware: FIRMWARE_ROUTES,
  Server: SERVER_ROUTES,
  Edges: EDGE_ROUTES,
  'Audit log': AUDIT_ROUTES,
  Backups: BACKUP_ROUTES,
} as const;

export const API_ROUTES = {
  ...ACCOUNT_ROUTES,
  ...API_KEY_ROUTES,
  ...CAMERA_ROUTES,
  ...SWITCH_ROUTES,
  ...PICTURE_ROUTES,
  ...WHEP_ROUTES,
  ...RECORDING_ROUTES,
  ...EVENT_ROUTES,
  ...DETECTION_ROUTES,
  ...OUTBOUND_ROUTES,
  ...FIRMWARE_ROUTES,
  ...SERVER_ROUTES,
  ...EDGE_ROUTES,
  ...AUDIT_ROUTES,
  ...BACKUP_ROUTES,
};

type Routes = typeof API_ROUTES;
export type ApiRouteName = keyof Routes;

type SchemaOf<N extends ApiRouteName, P extends keyof ApiRoute> = Routes[N] extends {
  readonly [K in P]: infer S extends z.ZodType;
}
  ? S
  : undefined;
/** Output type of a schema; undefined without one. */
type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined;
/** One part of a request; optional where all of its fields are. */
type PartOf<N extends ApiRouteName, P extends 'params' | 'query' | 'body'> =
  SchemaOf<N, P> extends infer S extends z.ZodType
    ? Record<string, never> extends z.input<S>
      ? { readonly [K in P]?: z.input<S> }
      : { readonly [K in P]: z.input<S> }
    : unknown;

/** Routes with JSON or nothing in request and answer. */
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

/** The parts of a request that go into the URL. */
export type ApiTarget<N extends ApiRouteName> = PartOf<N, 'params'> & PartOf<N, 'query'>;
/** The complete request of a client. */
export type ApiRequest<N extends ApiRouteName> = ApiTarget<N> & PartOf<N, 'body'>;
/** The parsed parts as the server reads them. */
export type ApiParams<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'params'>>;
export type ApiQuery<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'query'>>;
export type ApiBody<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'body'>>;
/** The JSON of the answer; undefined when the answer is empty or not JSON. */
export type ApiAnswer<N extends ApiRouteName> = OutputOf<SchemaOf<N, 'response'>>;
