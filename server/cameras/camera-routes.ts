/** /api/cameras: seeing the cameras one may see; adding, changing and removing them for administrators. */

import { Router } from 'express';
import type { CameraCatalog } from './camera-catalog.ts';
import type { Guard } from '../accounts/guard.ts';
import { CAMERA_NAME, CAMERA_SETTINGS, parseRequest } from '../http/request-bodies.ts';

export function cameraRoutes(catalog: CameraCatalog, guard: Guard): Router {
  const router = Router();

  router.get('/', (request, response) => {
    response.json(catalog.viewsFor(guard.identify(request).userId));
  });

  router.post('/', async (request, response) => {
    guard.administrator(request);
    const { name } = parseRequest(CAMERA_NAME, request.body);
    const camera = await catalog.add(name);
    response.status(201).location(`/api/cameras/${camera.id}`).json(camera);
  });

  router.patch('/:id', async (request, response) => {
    guard.administrator(request);
    const { name } = parseRequest(CAMERA_NAME, request.body);
    response.json(await catalog.rename(request.params.id, name));
  });

  router.delete('/:id', async (request, response) => {
    guard.administrator(request);
    await catalog.remove(request.params.id);
    response.status(204).end();
  });

  router.post('/:id/key', async (request, response) => {
    guard.administrator(request);
    response.json(await catalog.rotateKey(request.params.id));
  });

  router.get('/:id/settings', (request, response) => {
    guard.administrator(request);
    response.json(catalog.settings(request.params.id));
  });

  router.post('/:id/settings', async (request, response) => {
    guard.administrator(request);
    await catalog.set(request.params.id, parseRequest(CAMERA_SETTINGS, request.body));
    response.status(204).end();
  });

  router.post('/:id/reboot', async (request, response) => {
    guard.administrator(request);
    await catalog.reboot(request.params.id);
    response.status(204).end();
  });

  router.get('/:id/status', (request, response) => {
    const { userId } = guard.viewerOf(request, request.params.id);
    response.json(catalog.details(request.params.id, userId));
  });

  return router;
}
