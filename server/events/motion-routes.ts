/** GET and PUT /api/cameras/:id/motion: what of a camera's motion counts. Administrators only. */

import { Router } from 'express';
import { MOTION_VIEW, type MotionView } from '../wire/motion.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { Guard } from '../accounts/guard.ts';
import { parseRequest } from '../http/request-bodies.ts';

/** What the API asks of the watch for motion; main connects it. */
export interface MotionSettingsHolder {
  settingsOf(cameraId: string): MotionView;
  setSettings(cameraId: string, settings: MotionView): Promise<void>;
}

export function motionRoutes(motion: MotionSettingsHolder, cameras: KnownCameras, guard: Guard): Router {
  const router = Router();

  router.get('/:id/motion', (request, response) => {
    guard.administrator(request);
    response.json(motion.settingsOf(findCamera(cameras, request.params.id).id));
  });

  router.put('/:id/motion', async (request, response) => {
    guard.administrator(request);
    const id = findCamera(cameras, request.params.id).id;
    await motion.setSettings(id, parseRequest(MOTION_VIEW, request.body));
    response.status(204).end();
  });

  return router;
}
