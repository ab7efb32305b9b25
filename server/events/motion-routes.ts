/** GET and PUT /api/cameras/:cameraId/motion: motion settings of a camera. Administrators only. */

import { Router } from 'express';
import type { MotionView } from '../wire/motion.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

/** The part of the motion watch that the API uses. */
export interface MotionSettingsHolder {
  settingsOf(cameraId: string): MotionView;
  setSettings(cameraId: string, settings: MotionView): Promise<void>;
}

export function motionRoutes(motion: MotionSettingsHolder, cameras: KnownCameras, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/cameras/:cameraId/motion', ({ request, params }) => {
    guard.administrator(request);
    return motion.settingsOf(findCamera(cameras, params.cameraId).id);
  });

  serve(router, 'PUT /api/cameras/:cameraId/motion', ({ request, params, readBody }) => {
    guard.administrator(request);
    const { id } = findCamera(cameras, params.cameraId);
    return motion.setSettings(id, readBody());
  });

  return router;
}
