/** /api/cameras/:cameraId/update, for administrators: the firmware update of one camera. */

import { Router } from 'express';
import type { CameraFirmware } from './camera-firmware.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

export function updateRoutes(cameras: CameraFirmware, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/cameras/:cameraId/update', ({ request, params }) => {
    guard.administrator(request);
    return cameras.view(params.cameraId);
  });

  serve(router, 'POST /api/cameras/:cameraId/update', ({ request, params, readBody }) => {
    guard.administrator(request);
    const { imageId, allowOlder } = readBody();
    return cameras.stage(params.cameraId, imageId, allowOlder);
  });

  // Cancels the update, or clears one that has ended.
  serve(router, 'DELETE /api/cameras/:cameraId/update', ({ request, params }) => {
    guard.administrator(request);
    cameras.cancel(params.cameraId);
  });

  return router;
}
