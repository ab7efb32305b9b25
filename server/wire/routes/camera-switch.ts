/** Routes of the privacy switch: of one camera, and of all. */

import type { ApiRouteTable } from '../api-route.ts';
import { OFF_HOURS_CHANGE, SWITCH_CHANGE, SWITCH_VIEW } from '../camera-switch.ts';
import { ONE_CAMERA } from './cameras.ts';

export const SWITCH_ROUTES = {
  'GET /api/switch': {
    summary: 'Read the switch of all cameras',
    response: SWITCH_VIEW,
  },
  'PUT /api/switch': {
    summary: 'Switch all cameras off, or on again except those that are off themselves',
    body: SWITCH_CHANGE,
    response: SWITCH_VIEW,
    errors: [409],
  },
  'PUT /api/switch/hours': {
    summary: 'Set the hours of the week in which all cameras are off',
    body: OFF_HOURS_CHANGE,
    response: SWITCH_VIEW,
  },
  'GET /api/cameras/:cameraId/switch': {
    summary: 'Read the switch of a camera',
    params: ONE_CAMERA,
    response: SWITCH_VIEW,
  },
  'PUT /api/cameras/:cameraId/switch': {
    summary: 'Switch a camera off or on',
    params: ONE_CAMERA,
    body: SWITCH_CHANGE,
    response: SWITCH_VIEW,
    errors: [409],
  },
  'PUT /api/cameras/:cameraId/switch/hours': {
    summary: 'Set the hours of the week in which a camera is off',
    params: ONE_CAMERA,
    body: OFF_HOURS_CHANGE,
    response: SWITCH_VIEW,
    errors: [409],
  },
} as const satisfies ApiRouteTable;
