/** Routes of pictures: the newest one, and a stream of them. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { ONE_CAMERA } from './cameras.ts';

export const PICTURE_ROUTES = {
  'GET /api/cameras/:cameraId/snapshot.jpg': {
    summary: 'Get the newest picture, in full size or scaled down',
    params: ONE_CAMERA,
    query: z.strictObject({ width: z.coerce.number<number>().int().min(16).max(1600).exactOptional() }),
    media: 'image/jpeg',
    statuses: [200, 304],
  },
  'GET /api/cameras/:cameraId/mjpeg': {
    summary: 'Get moving pictures, each replacing the one before',
    params: ONE_CAMERA,
    query: z.strictObject({ fps: z.coerce.number<number>().min(1).max(60).exactOptional() }),
    media: 'multipart/x-mixed-replace',
  },
} as const satisfies ApiRouteTable;
