/** /api/cameras/:id/events and /sensors: what happened, pictures and clips of it, and who may say that something has. */

import { Router, type Request } from 'express';
import { AttemptLimit } from '../accounts/attempt-limit.ts';
import { NetworkFailures } from '../core/address/network-failures.ts';
import { VigieError } from '../errors.ts';
import type { EventLog } from './event-log.ts';
import type { Sensors } from './sensors.ts';
import type { EventQuery } from './event-store.ts';
import type { StoredSensor } from './sensor-store.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';
import { readFor } from '../http/read-for.ts';
import { EVENTS_QUERY, SENSOR_EVENT } from '../wire/event.ts';
import { parseRequest, SENSOR_NAME } from '../http/request-bodies.ts';

export interface Events {
  log: EventLog;
  sensors: Sensors;
}

/** What of a recording belongs to an event; main connects it. */
export interface EventClips {
  settingsOf(cameraId: string): { preRollSeconds: number; postRollSeconds: number };
}

/** Wrong tokens of one network. A sensor that was removed and does not know it stays below. */
const WRONG_TOKENS = { prefix: 64, failures: 100, windowMs: 5 * 60_000 } as const;

export function eventRoutes(
  { log, sensors }: Events,
  clips: EventClips,
  cameras: KnownCameras,
  guard: Guard,
  connectionOf: ConnectionOf,
): Router {
  const router = Router();
  const wrongTokens = new AttemptLimit(new NetworkFailures([WRONG_TOKENS]), Date.now);

  router.get('/:id/events', async (request, response) => {
    const { id } = request.params;
    const who = guard.viewerOf(request, id);
    const events = await log.list([id], queryOf(request), readFor(who, response));
    // It waited its turn, and the right may be gone.
    guard.viewerOf(request, id);
    response.json(events);
  });

  router.get('/:id/events/:eventId/thumbnail.jpg', async (request, response) => {
    const { id, eventId } = request.params;
    const who = guard.mediaViewerOf(request, id);
    const jpeg = await log.thumbnail(id, eventId, readFor(who, response));
    guard.mediaViewerOf(request, id);
    if (!jpeg) throw new VigieError('notFound', 'there is no picture of this event');
    // It never changes; only the right to see it may.
    response.setHeader('Cache-Control', 'private, max-age=86400');
    response.type('jpeg').send(Buffer.from(jpeg));
  });

  /** The recording of it, from the seconds before to those after, as one film. */
  router.get('/:id/events/:eventId/clip.webm', (request, response) => {
    const { id, eventId } = request.params;
    guard.mediaViewerOf(request, id);
    const event = log.find(id, eventId);
    if (!event) throw new VigieError('notFound', 'there is no such event');
    const { preRollSeconds, postRollSeconds } = clips.settingsOf(id);
    const from = event.startedAtMs - preRollSeconds * 1000;
    const to = (event.endedAtMs ?? Date.now()) + postRollSeconds * 1000;
    response.redirect(307, `../../export.webm?from=${from}&to=${to}`);
  });

  /** With a sensor's token, not a user's. Wrong ones are slowed; a right one always passes, whoever guesses beside it. */
  router.post('/:id/events', async (request, response) => {
    const sensor = sensorOf(request.params.id, request);
    const event = parseRequest(SENSOR_EVENT, request.body);
    response.status(201).json(await sensors.report(sensor, event));
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

  router.get('/:id/sensors', (request, response) => {
    guard.administrator(request);
    response.json(sensors.list(findCamera(cameras, request.params.id).id));
  });

  router.post('/:id/sensors', async (request, response) => {
    guard.administrator(request);
    const { name } = parseRequest(SENSOR_NAME, request.body);
    response.status(201).json(await sensors.add(findCamera(cameras, request.params.id).id, name));
  });

  router.delete('/:id/sensors/:sensorId', async (request, response) => {
    guard.administrator(request);
    await sensors.remove(request.params.id, request.params.sensorId);
    response.status(204).end();
  });

  return router;
}

/** GET /api/events: what happened at all cameras the caller may see. */
export function allEventRoutes(log: EventLog, cameras: KnownCameras, guard: Guard): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const who = guard.identify(request);
    const mine = (): string[] => cameras.listOf(who.userId).map(({ id }) => id);
    const events = await log.list(mine(), queryOf(request), readFor(who, response));
    guard.identify(request);
    const stillMine = new Set(mine());
    response.json(events.filter(({ cameraId }) => stillMine.has(cameraId)));
  });
  return router;
}

function queryOf(request: Request): EventQuery {
  const { limit, before, from, to, order, kind } = parseRequest(EVENTS_QUERY, request.query);
  return {
    limit,
    oldestFirst: order === 'oldest',
    ...(kind && { kind }),
    ...(before !== undefined && { before }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
  };
}

function sensorTokenOf(request: Request): string {
  const token = /^Bearer ([\w-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new VigieError('unauthorized', 'the Authorization header must be Bearer and the token of a sensor');
  return token;
}
