/** Routes of events: the log, thumbnails and clips, sensors, and motion settings. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import {
  EVENT_VIEW,
  EVENTS_QUERY,
  SENSOR_EVENT,
  SENSOR_VIEW,
  SENSOR_WITH_TOKEN,
  THUMBNAIL_QUERY,
} from '../event.ts';
import { id, shortName } from '../fields.ts';
import { MOTION_VIEW } from '../motion.ts';
import { ONE_CAMERA } from './cameras.ts';

const ONE_EVENT = ONE_CAMERA.extend({ eventId: id });

export const EVENT_ROUTES = {
  'GET /api/events': {
    summary: 'List the events that the caller may see, of all cameras',
    query: EVENTS_QUERY,
    response: z.array(EVENT_VIEW),
  },
  'GET /api/cameras/:cameraId/events': {
    summary: 'List events of one camera',
    params: ONE_CAMERA,
    query: EVENTS_QUERY,
    response: z.array(EVENT_VIEW),
  },
  'POST /api/cameras/:cameraId/events': {
    summary: 'Report motion',
    params: ONE_CAMERA,
    body: SENSOR_EVENT,
    response: EVENT_VIEW,
    statuses: [201],
    errors: [409],
  },
  'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg': {
    summary: 'Get the thumbnail of an event',
    params: ONE_EVENT,
    query: THUMBNAIL_QUERY,
    media: 'image/jpeg',
  },
  'GET /api/cameras/:cameraId/events/:eventId/clip.webm': {
    summary:
      'Get the recording of an event, from the seconds before to those after: a redirect to the export',
    params: ONE_EVENT,
    media: 'video/webm',
    statuses: [307],
  },
  'GET /api/cameras/:cameraId/sensors': {
    summary: 'List the sensors beside a camera',
    params: ONE_CAMERA,
    response: z.array(SENSOR_VIEW),
  },
  'POST /api/cameras/:cameraId/sensors': {
    summary: 'Add a sensor; the only response with its token',
    params: ONE_CAMERA,
    body: z.strictObject({ name: shortName }),
    keyed: true,
    response: SENSOR_WITH_TOKEN,
    statuses: [201],
    errors: [409],
  },
  'DELETE /api/cameras/:cameraId/sensors/:sensorId': {
    summary: 'Remove a sensor; its token becomes invalid',
    params: ONE_CAMERA.extend({ sensorId: id }),
  },
  'GET /api/cameras/:cameraId/motion': {
    summary: 'Read the motion settings',
    params: ONE_CAMERA,
    response: MOTION_VIEW,
  },
  'PUT /api/cameras/:cameraId/motion': {
    summary: 'Set the motion settings',
    params: ONE_CAMERA,
    body: MOTION_VIEW,
    errors: [409],
  },
} as const satisfies ApiRouteTable;
