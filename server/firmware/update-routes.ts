/** /api/cameras/:id/update, for administrators: putting another firmware on one camera. */

import { Router } from 'express';
import type { CameraFirmware } from './camera-firmware.ts';
import type { Guard } from '../accounts/guard.ts';
import { STAGE_UPDATE } from '../wire/firmware.ts';
import { parseRequest } from '../http/request-bodies.ts';

export function updateRoutes(cameras: CameraFirmware, guard: Guard): Router {
  const router = Router();

  router.get('/:id/update', (request, response) => {
    guard.administrator(request);
    response.json(cameras.view(request.params.id));
  });

  router.post('/:id/update', async (request, response) => {
    guard.administrator(request);
    const { imageId, allowOlder } = parseRequest(STAGE_UPDATE, request.body);
    response.status(202).json(await cameras.stage(request.params.id, imageId, allowOlder));
  });

  // Cancels it, or clears away what is left of one that has ended.
  router.delete('/:id/update', (request, response) => {
    guard.administrator(request);
    cameras.cancel(request.params.id);
    response.status(204).end();
  });

  return router;
}
