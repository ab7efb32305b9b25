/** The privacy switch over HTTP: of one camera for users who may control it, of all cameras for administrators. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';
import type { CameraSwitch } from './camera-switch.ts';

export function cameraSwitchRoutes(cameraSwitch: CameraSwitch, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/switch', ({ request }) => {
    guard.administrator(request);
    return cameraSwitch.viewOfAll();
  });

  serve(router, 'PUT /api/switch', async ({ request, readBody }) => {
    const { username } = guard.administrator(request);
    await cameraSwitch.switchAll(readBody().off, username);
    return cameraSwitch.viewOfAll();
  });

  serve(router, 'PUT /api/switch/hours', async ({ request, readBody }) => {
    guard.administrator(request);
    await cameraSwitch.setHoursOfAll(readBody().offHours);
    return cameraSwitch.viewOfAll();
  });

  serve(router, 'GET /api/cameras/:cameraId/switch', ({ request, params: { cameraId } }) => {
    guard.viewerOf(request, 'control', cameraId);
    return cameraSwitch.view(cameraId);
  });

  serve(router, 'PUT /api/cameras/:cameraId/switch', async ({ request, params: { cameraId }, readBody }) => {
    const { username } = guard.viewerOf(request, 'control', cameraId);
    await cameraSwitch.switchOne(cameraId, readBody().off, username);
    return cameraSwitch.view(cameraId);
  });

  serve(
    router,
    'PUT /api/cameras/:cameraId/switch/hours',
    async ({ request, params: { cameraId }, readBody }) => {
      guard.administrator(request);
      await cameraSwitch.setHours(cameraId, readBody().offHours);
      return cameraSwitch.view(cameraId);
    },
  );

  return router;
}
