/** Routes of recordings: settings, timeline, segments, and export of a time range. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';
import {
  CAMERA_RECORDING,
  EXPIRED,
  RECORDED_AMOUNT,
  REMOVED_CAMERA,
  RETENTION,
  RETENTION_VIEW,
  RECORDING_SETTINGS,
  RECORDING_STATUS,
  SEGMENT_PART,
  TIME_RANGE,
  TIMELINE,
  TIMELINE_RANGE,
} from '../recording.ts';
import { NEW_EXPORT, RECORDING_EXPORT } from '../recording-export.ts';
import { ONE_CAMERA } from './cameras.ts';

const ONE_RECORDING = ONE_CAMERA.extend({ recordingId: id });
const ONE_EXPORT = ONE_CAMERA.extend({ exportId: id });

export const RECORDING_ROUTES = {
  'GET /api/recording': {
    summary: 'Read the space for recordings',
    response: RECORDING_STATUS,
  },
  'GET /api/recording/retention': {
    summary:
      'Read for how many days recordings and pictures of events are kept, and whether that waits for the clock',
    response: RETENTION_VIEW,
  },
  'PUT /api/recording/retention': {
    summary:
      'Set after how many days recordings and pictures of events are deleted; protected recordings stay',
    body: RETENTION,
  },
  'GET /api/recording/retention/losses': {
    summary: 'Read how many recordings and pictures are older than the given number of days',
    query: z.strictObject({ days: z.coerce.number<number>().int().min(1).max(3650) }),
    response: EXPIRED,
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
    summary: 'Get one segment, in ranges; of one that is still being written, the complete part',
    params: ONE_RECORDING,
    query: SEGMENT_PART,
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
  'GET /api/removed-cameras': {
    summary: 'List the removed cameras whose recordings the caller may watch',
    response: z.array(REMOVED_CAMERA),
  },
  'GET /api/removed-cameras/:cameraId': {
    summary: 'Read the amount of recordings of a removed camera',
    params: ONE_CAMERA,
    response: RECORDED_AMOUNT,
  },
  'DELETE /api/removed-cameras/:cameraId': {
    summary: 'Delete the recordings of a removed camera, except protected ones',
    params: ONE_CAMERA,
  },
  'GET /api/exports': {
    summary: 'List your own exports, also those that have failed',
    response: z.array(RECORDING_EXPORT),
  },
  'POST /api/cameras/:cameraId/exports': {
    summary:
      'Prepare a time range as one file, which is kept for you until you fetch it, for ten minutes at most',
    params: ONE_CAMERA,
    body: NEW_EXPORT,
    keyed: true,
    response: RECORDING_EXPORT,
    statuses: [201],
    errors: [409],
  },
  'GET /api/cameras/:cameraId/exports/:exportId.webm': {
    summary: 'Get the file of an export, in ranges; it is removed once its last byte was sent',
    params: ONE_EXPORT,
    media: 'video/webm',
    statuses: [200, 206, 304],
    errors: [409, 412, 416],
  },
  'GET /api/cameras/:cameraId/exports/:exportId': {
    summary: 'Read the progress of an export',
    params: ONE_EXPORT,
    response: RECORDING_EXPORT,
  },
  'DELETE /api/cameras/:cameraId/exports/:exportId': {
    summary: 'Remove an export, also while it is prepared',
    params: ONE_EXPORT,
  },
  'GET /api/cameras/:cameraId/export.webm': {
    summary:
      'Get a time range as one file at once, from the keyframe before it: an export for programs; the header Vigie-Missing-Segments counts what was removed meanwhile',
    params: ONE_CAMERA,
    query: TIME_RANGE,
    media: 'video/webm',
  },
} as const satisfies ApiRouteTable;
