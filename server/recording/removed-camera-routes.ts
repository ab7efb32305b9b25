/** Routes of cameras that were removed and whose recordings remain: who may see them, how much there is, and their removal. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { isGranted } from '../core/grant.ts';
import { VigieError } from '../errors.ts';
import { readFor, serve } from '../http/serve.ts';
import type { RemovedCameraView } from '../wire/recording.ts';
import type { Recordings } from './recording-routes.ts';

/** Cameras that were removed and have recordings. */
export interface RemovedCameraList {
  listOf(userId: string): RemovedCameraView[];
  has(id: string): boolean;
}

export function removedCameraRoutes(
  recordings: Pick<Recordings, 'amountOf' | 'removeUnprotected'>,
  removed: RemovedCameraList,
  guard: Guard,
): Router {
  const router = Router();

  serve(router, 'GET /api/removed-cameras', ({ request }) => {
    const { userId, grant } = guard.caller(request);
    return removed.listOf(userId).filter(({ id }) => isGranted(grant, 'lookBack', id));
  });

  serve(router, 'GET /api/removed-cameras/:cameraId', async ({ request, response, params: { cameraId } }) => {
    const reader = readFor(guard.administrator(request), response);
    assertRemoved(cameraId);
    const amount = await recordings.amountOf(cameraId, reader);
    guard.administrator(request);
    return amount;
  });

  serve(router, 'DELETE /api/removed-cameras/:cameraId', ({ request, params: { cameraId } }) => {
    guard.administrator(request);
    assertRemoved(cameraId);
    return recordings.removeUnprotected(cameraId);
  });

  function assertRemoved(cameraId: string): void {
    if (!removed.has(cameraId)) throw new VigieError('notFound', 'there is no such removed camera');
  }

  return router;
}
