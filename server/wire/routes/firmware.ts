/** Routes of firmware: images and updates. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';
import { CAMERA_FIRMWARE_VIEW, FIRMWARE_IMAGE_VIEW, STAGE_UPDATE } from '../firmware.ts';
import { ONE_CAMERA } from './cameras.ts';

export const FIRMWARE_ROUTES = {
  'GET /api/firmware': {
    summary: 'List the firmware images',
    response: z.array(FIRMWARE_IMAGE_VIEW),
  },
  'POST /api/firmware': {
    summary: 'Upload a firmware image; 200 when it already existed',
    upload: 'application/octet-stream',
    response: FIRMWARE_IMAGE_VIEW,
    statuses: [201, 200],
    errors: [409],
  },
  'DELETE /api/firmware/:imageId': {
    summary: 'Delete a firmware image',
    params: z.strictObject({ imageId: id }),
    errors: [409],
  },
  'GET /api/firmware/cameras': {
    summary: 'List the firmware and update of every camera',
    response: z.array(CAMERA_FIRMWARE_VIEW),
  },
  'GET /api/cameras/:cameraId/update': {
    summary: 'Read the firmware and update of a camera',
    params: ONE_CAMERA,
    response: CAMERA_FIRMWARE_VIEW,
  },
  'POST /api/cameras/:cameraId/update': {
    summary: 'Install a firmware image on a camera',
    params: ONE_CAMERA,
    body: STAGE_UPDATE,
    response: CAMERA_FIRMWARE_VIEW,
    statuses: [202],
    errors: [409],
  },
  'DELETE /api/cameras/:cameraId/update': {
    summary: 'Cancel an update, or clear one that has ended',
    params: ONE_CAMERA,
    errors: [409],
  },
} as const satisfies ApiRouteTable;
