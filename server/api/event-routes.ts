/** /api/cameras/:id/events and /sensors: what happened, and who may say that something has. */

import { Router, type Request } from 'express';
import { VigieError } from '../errors.ts';
import type { EventView, SensorEvent, SensorView, SensorWithToken } from '../wire/event.ts';
import type { CameraCatalog } from './camera-catalog.ts';
import type { Guard } from './guard.ts';
import { EVENTS_QUERY, parseRequest, SENSOR_EVENT, SENSOR_NAME } from './request-bodies.ts';

/** What the API asks of the events room; main connects it. */
export interface Events {
  list(cameraId: string, limit: number, before?: string): EventView[];
  raise(cameraId: string, token: string, event: SensorEvent): EventView;
  sensorsOf(cameraId: string): SensorView[];
  addSensor(cameraId: string, name: string): SensorWithToken;
  removeSensor(cameraId: string, sensorId: string): void;
}

export function eventRoutes(events: Events, catalog: CameraCatalog, guard: Guard): Router {
  const router = Router();

  router.get('/:id/events', (request, response) => {
    const { id } = request.params;
    guard.viewerOf(request, id);
    const { limit, before } = parseRequest(EVENTS_QUERY, request.query);
    response.json(events.list(id, limit, before));
  });

  /** With a sensor's token, not a user's. */
  router.post('/:id/events', (request, response) => {
    const token = sensorTokenOf(request);
    const event = parseRequest(SENSOR_EVENT, request.body);
    response.status(201).json(events.raise(request.params.id, token, event));
  });

  router.get('/:id/sensors', (request, response) => {
    guard.administrator(request);
    response.json(events.sensorsOf(catalog.known(request.params.id)));
  });

  router.post('/:id/sensors', (request, response) => {
    guard.administrator(request);
    const { name } = parseRequest(SENSOR_NAME, request.body);
    response.status(201).json(events.addSensor(catalog.known(request.params.id), name));
  });

  router.delete('/:id/sensors/:sensorId', (request, response) => {
    guard.administrator(request);
    events.removeSensor(request.params.id, request.params.sensorId);
    response.status(204).end();
  });

  return router;
}

function sensorTokenOf(request: Request): string {
  const token = /^Bearer ([\w-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new VigieError('unauthorized', 'the Authorization header must be Bearer and the token of a sensor');
  return token;
}
