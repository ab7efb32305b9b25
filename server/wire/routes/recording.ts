/** Routes of recordings: settings, timeline, segments, and export of a time range. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';
import {
  CAMERA_RECORDING,
  RECORDING_SETTINGS,
  RECORDING_STATUS,
  TIME_RANGE,
  TIMELINE,
  TIMELINE_RANGE,
} from '../recording.ts';
import { ONE_CAMERA } from './cameras.ts';

const ONE_RECORDING = ONE_CAMERA.extend({ recordingId: id });

export const RECORDING_ROUTES = {
  'GET /api/recording': {
    summary: 'Read the space for recordings',
    response: RECORDING_STATUS,
  },
  'GET /api/cameras/:cameraId/recording': {
    summary: 'Read the recording settings of a camera',
    params: ONE_CAMERA,
    response: CAMERA_RECORDING,
  },
  'PUT /api/cameras/:cameraId/recording': {
    summary: 'Set the recording settings of a camera',
    params: ONE_CAMERA,
    body: RECORDING_SETTINGS,
    errors: [409],
  },
  'GET /api/cameras/:cameraId/timeline': {
    summary: 'List recordings and gaps that overlap a range of time, oldest first',
    params: ONE_CAMERA,
    query: TIMELINE_RANGE,
    response: TIMELINE,
  },
  'GET /api/cameras/:cameraId/recordings/:recordingId.webm': {
    summary: 'Get one segment, in ranges',
    params: ONE_RECORDING,
    media: 'video/webm',
    statuses: [200, 206, 304],
    errors: [412, 416],
  },
  'PATCH /api/cameras/:cameraId/recordings/:recordingId': {
    summary: 'Protect a segment or end its protection',
    params: ONE_RECORDING,
    body: z.strictObject({ protected: z.boolean() }),
    errors: [409],
  },
  'DELETE /api/cameras/:cameraId/recordings/:recordingId': {
    summary: 'Delete a segment',
    params: ONE_RECORDING,
    errors: [409],
  },
  'GET /api/cameras/:cameraId/export.webm': {
    summary: 'Get a time range as one file, from the keyframe before it',
    params: ONE_CAMERA,
    query: TIME_RANGE,
    media: 'video/webm',
  },
} as const satisfies ApiRouteTable;
