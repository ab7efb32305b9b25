/**
 * /api/cameras: listing the visible cameras; controlling them with the right to it; adding, renaming and removing them for
 * administrators.
 */

import { Router } from 'express';
import type { CameraCatalog } from './camera-catalog.ts';
import type { Guard } from '../accounts/guard.ts';
import { isForServer } from '../wire/camera-settings.ts';
import { VigieError } from '../errors.ts';
import { readFor, serve } from '../http/serve.ts';
import type { ReadFor } from '../store/work.ts';
import type { CameraLosses } from '../wire/recording.ts';

/** A camera's data in the other features; http-app connects it. */
export type LossesOf = (cameraId: string, reader: ReadFor) => Promise<CameraLosses>;

export function cameraRoutes(catalog: CameraCatalog, lossesOf: LossesOf, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/cameras', ({ request }) => catalog.viewsFor(guard.caller(request)));

  serve(router, 'POST /api/cameras', async ({ request, response, readBody }) => {
    guard.administrator(request);
    const camera = await catalog.add(readBody().name);
    response.location(`/api/cameras/${camera.id}`);
    return camera;
  });

  serve(router, 'PATCH /api/cameras/:cameraId', ({ request, params, readBody }) => {
    guard.administrator(request);
    return catalog.rename(params.cameraId, readBody().name);
  });

  serve(router, 'DELETE /api/cameras/:cameraId', ({ request, params, readQuery }) => {
    guard.administrator(request);
    return catalog.remove(params.cameraId, readQuery().recordings);
  });

  serve(router, 'GET /api/cameras/:cameraId/losses', async ({ request, response, params: { cameraId } }) => {
    const reader = readFor(guard.administrator(request), response);
    catalog.assertKnown(cameraId);
    const losses = await lossesOf(cameraId, reader);
    // The request waited in a queue, and the role may have changed.
    guard.administrator(request);
    return losses;
  });

  serve(router, 'POST /api/cameras/:cameraId/key', ({ request, params }) => {
    guard.administrator(request);
    return catalog.rotateKey(params.cameraId);
  });

  serve(router, 'GET /api/cameras/:cameraId/settings', ({ request, params }) => {
    guard.viewerOf(request, 'control', params.cameraId);
    return catalog.settings(params.cameraId);
  });

  serve(router, 'POST /api/cameras/:cameraId/settings', ({ request, params, readBody }) => {
    const { role } = guard.viewerOf(request, 'control', params.cameraId);
    const settings = readBody();
    if (isForServer(settings) && role !== 'administrator')
      throw new VigieError(
        'forbidden',
        'only an administrator may change largePictures and pictureIntervalMs',
      );
    return catalog.set(params.cameraId, settings);
  });

  serve(router, 'POST /api/cameras/:cameraId/reboot', ({ request, params }) => {
    guard.viewerOf(request, 'control', params.cameraId);
    return catalog.reboot(params.cameraId);
  });

  serve(router, 'GET /api/cameras/:cameraId/status', ({ request, params: { cameraId } }) => {
    return catalog.details(cameraId, guard.viewerOf(request, 'live', cameraId));
  });

  return router;
}
