/**
 * /api/events, and /events and /sensors of /api/cameras/:cameraId: the log, thumbnails and clips, and sensors that
 * report.
 */

import { Router, type Request } from 'express';
import { AttemptLimit } from '../accounts/attempt-limit.ts';
import { monotonicMs, wallMs } from '../core/clock.ts';
import { NetworkFailures } from '../core/address/network-failures.ts';
import { isGranted, type Holder } from '../core/grant.ts';
import { VigieError } from '../errors.ts';
import type { Detections } from './detections.ts';
import type { EventLog } from './event-log.ts';
import type { Sensors } from './sensors.ts';
import type { EventQuery } from './event-store.ts';
import type { StoredSensor } from './sensor-store.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';
import type { ApiQuery } from '../wire/api-routes.ts';
import { linkNextPage, placeAt } from '../http/next-page.ts';
import { readFor, serve } from '../http/serve.ts';

export interface Events {
  log: EventLog;
  sensors: Sensors;
  detections: Pick<Detections, 'report'>;
}

/** Finds the recording of an event. */
export interface EventClips {
  settingsOf(cameraId: string): { preRollSeconds: number; postRollSeconds: number };
}

/** Wrong tokens of one network. A removed sensor that still reports stays below. */
const WRONG_TOKENS = { prefix: 64, failures: 100, windowMs: 5 * 60_000 } as const;

export function eventRoutes(
  { log, sensors }: Events,
  clips: EventClips,
  cameras: KnownCameras,
  guard: Guard,
  connectionOf: ConnectionOf,
): Router {
  const router = Router();
  const wrongTokens = new AttemptLimit(new NetworkFailures([WRONG_TOKENS]), monotonicMs);

  const visibleTo = ({ userId, grant }: Holder): string[] => {
    const ids = cameras.listOf(userId, 'events').map(({ id }) => id);
    return ids.filter((id) => isGranted(grant, 'events', id));
  };

  serve(router, 'GET /api/events', async ({ request, response, readQuery }) => {
    const who = guard.caller(request);
    const mine = (): string[] => visibleTo(who);
    const query = readQuery();
    const { rows, next } = await log.list(mine(), queryOf(query), readFor(who, response));
    guard.caller(request);
    linkNextPage(request, response, orderOf(query), next);
    const stillMine = new Set(mine());
    return rows.filter(({ cameraId }) => stillMine.has(cameraId));
  });

  serve(router, 'GET /api/detection-labels', async ({ request, response }) => {
    const who = guard.caller(request);
    const lists = await log.labels(visibleTo(who), readFor(who, response));
    guard.caller(request);
    const stillMine = new Set(visibleTo(who));
    const labels = lists.flatMap(([id, list]) => (stillMine.has(id) ? list : []));
    return [...new Set(labels)].toSorted();
  });

  serve(
    router,
    'GET /api/cameras/:cameraId/events',
    async ({ request, response, params: { cameraId: id }, readQuery }) => {
      const who = guard.viewerOf(request, 'events', id);
      const query = readQuery();
      const { rows, next } = await log.list([id], queryOf(query), readFor(who, response));
      // Checked again: the right may have ended during the wait.
      guard.viewerOf(request, 'events', id);
      linkNextPage(request, response, orderOf(query), next);
      return rows;
    },
  );

  serve(
    router,
    'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg',
    async ({ request, response, params }) => {
      const { cameraId: id, eventId } = params;
      const who = guard.mediaViewerOf(request, 'events', id);
      const jpeg = await log.thumbnail(id, eventId, readFor(who, response));
      guard.mediaViewerOf(request, 'events', id);
      if (!jpeg) throw new VigieError('notFound', 'there is no picture of this event');
      response.type('jpeg').send(Buffer.from(jpeg));
    },
  );

  /** The recording of the event, with the seconds before and after, as one file. */
  serve(router, 'GET /api/cameras/:cameraId/events/:eventId/clip.webm', ({ request, response, params }) => {
    const { cameraId: id, eventId } = params;
    guard.mediaViewerOf(request, 'events', id);
    const event = log.find(id, eventId);
    if (!event) throw new VigieError('notFound', 'there is no such event');
    const { preRollSeconds, postRollSeconds } = clips.settingsOf(id);
    const from = event.startedAtMs - preRollSeconds * 1000;
    const to = (event.endedAtMs ?? wallMs()) + postRollSeconds * 1000;
    response.redirect(307, `../../export.webm?from=${from}&to=${to}`);
  });

  /** With a sensor's token, not a user's. Wrong tokens are slowed down; a valid one always passes. */
  serve(router, 'POST /api/cameras/:cameraId/events', ({ request, params, readBody }) => {
    const sensor = sensorOf(params.cameraId, request);
    return sensors.report(sensor, readBody());
  });

  function sensorOf(cameraId: string, request: Request): StoredSensor {
    const token = sensorTokenOf(request);
    try {
      return sensors.identify(cameraId, token);
    } catch (error) {
      wrongTokens.admit(connectionOf(request).address);
      throw error;
    }
  }

  serve(router, 'GET /api/cameras/:cameraId/sensors', ({ request, params }) => {
    guard.administrator(request);
    return sensors.list(findCamera(cameras, params.cameraId).id);
  });

  serve(router, 'POST /api/cameras/:cameraId/sensors', ({ request, params, readBody }) => {
    guard.administrator(request);
    const { name } = readBody();
    return sensors.add(findCamera(cameras, params.cameraId).id, name);
  });

  serve(router, 'DELETE /api/cameras/:cameraId/sensors/:sensorId', ({ request, params }) => {
    guard.administrator(request);
    return sensors.remove(params.cameraId, params.sensorId);
  });

  return router;
}

/** By storing, or by start. */
function orderOf({ from, to, order }: ApiQuery<'GET /api/events'>): string {
  return from === undefined && to === undefined && order === 'newest' ? 'stored' : order;
}

function queryOf(query: ApiQuery<'GET /api/events'>): EventQuery {
  const { limit, before, from, to, order, kind, label, cursor } = query;
  const after = placeAt(cursor, orderOf(query));
  return {
    limit,
    oldestFirst: order === 'oldest',
    ...(kind && { kind }),
    ...(label !== undefined && { label }),
    ...(before !== undefined && { before }),
    ...(after && { after }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
  };
}

function sensorTokenOf(request: Request): string {
  const token = /^Bearer ([\w-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new VigieError(
      'unauthorized',
      'the Authorization header must be "Bearer" and the token of a sensor',
    );
  return token;
}
