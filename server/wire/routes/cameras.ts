/** Routes of cameras: list, add, change, pair and remove. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import {
  CAMERA_DETAILS,
  CAMERA_VIEW,
  CAMERA_WITH_KEY,
  PAIRED_CAMERA,
  PAIRING_CODE_VIEW,
  PAIRING_REQUEST,
  UPLINK_SETTINGS,
} from '../camera.ts';
import {
  MAX_PICTURE_INTERVAL_MS,
  WHITE_BALANCES,
  type AdjustableSettings,
  type CameraSettings,
} from '../camera-settings.ts';
import { id, plainName } from '../fields.ts';
import { CAMERA_LOSSES, RECORDINGS_FATE } from '../recording.ts';

const CAMERA_NAME = z.strictObject({ name: plainName });

/** The limits of camera-protocol.ts. */
export const CAMERA_SETTINGS = UPLINK_SETTINGS.extend({
  flash: z.int().min(0).max(255).exactOptional(),
  hMirror: z.boolean().exactOptional(),
  vFlip: z.boolean().exactOptional(),
  brightness: z.int().min(-2).max(2).exactOptional(),
  contrast: z.int().min(-2).max(2).exactOptional(),
  exposure: z.int().min(-2).max(2).exactOptional(),
  whiteBalance: z.enum(WHITE_BALANCES).exactOptional(),
}) satisfies z.ZodType<CameraSettings>;

export const ADJUSTABLE_SETTINGS = CAMERA_SETTINGS.extend({
  adaptToConnection: z.boolean().exactOptional(),
  largePictures: z.boolean().exactOptional(),
  pictureIntervalMs: z.int().min(0).max(MAX_PICTURE_INTERVAL_MS).exactOptional(),
}) satisfies z.ZodType<AdjustableSettings>;

/** Path parameters of everything under one camera. */
export const ONE_CAMERA = z.strictObject({ cameraId: id });

export const CAMERA_ROUTES = {
  'GET /api/cameras': {
    summary: 'List the cameras to which the caller has a right, each with those rights',
    response: z.array(CAMERA_VIEW),
  },
  'POST /api/cameras': {
    summary: 'Add a camera; the only response with its key',
    body: CAMERA_NAME,
    keyed: true,
    response: CAMERA_WITH_KEY,
    statuses: [201],
    errors: [409],
  },
  'PATCH /api/cameras/:cameraId': {
    summary: 'Rename a camera',
    params: ONE_CAMERA,
    body: CAMERA_NAME,
    response: CAMERA_VIEW,
  },
  'DELETE /api/cameras/:cameraId': {
    summary: 'Remove a camera with its events; its recordings are kept unless they are to be deleted, too',
    params: ONE_CAMERA,
    query: z.strictObject({ recordings: RECORDINGS_FATE.default('kept') }),
    errors: [409],
  },
  'GET /api/cameras/:cameraId/losses': {
    summary: 'Read what would be lost with a camera',
    params: ONE_CAMERA,
    response: CAMERA_LOSSES,
  },
  'POST /api/cameras/:cameraId/key': {
    summary: 'Give a camera a new key; the former one becomes invalid',
    params: ONE_CAMERA,
    response: CAMERA_WITH_KEY,
    errors: [409],
  },
  'GET /api/cameras/:cameraId/settings': {
    summary: 'Read the changed settings; the camera chooses all others',
    params: ONE_CAMERA,
    response: ADJUSTABLE_SETTINGS,
  },
  'POST /api/cameras/:cameraId/settings': {
    summary: 'Change settings; answered when the camera has applied its own',
    params: ONE_CAMERA,
    body: ADJUSTABLE_SETTINGS.refine(
      (settings) => Object.keys(settings).length > 0,
      'name at least one setting',
    ),
    errors: [409, 502],
  },
  'POST /api/cameras/:cameraId/reboot': {
    summary: 'Restart a camera; answered when it has agreed',
    params: ONE_CAMERA,
    errors: [409, 502],
  },
  'GET /api/cameras/:cameraId/status': {
    summary: 'Read the state of a camera’s connection',
    params: ONE_CAMERA,
    response: CAMERA_DETAILS,
  },
  'POST /api/cameras/:cameraId/pairing-code': {
    summary: 'Make a code that a camera exchanges for its key; over https only',
    params: ONE_CAMERA,
    response: PAIRING_CODE_VIEW,
    statuses: [201],
    errors: [409],
  },
  'POST /api/pairing': {
    summary: 'Exchange a pairing code for a camera’s id and a new key; over https only',
    body: PAIRING_REQUEST,
    response: PAIRED_CAMERA,
    statuses: [201],
    errors: [409],
  },
} as const satisfies ApiRouteTable;
