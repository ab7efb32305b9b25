/** GET /api/cameras/:id/snapshot.jpg: the newest picture as it came, or `?width=320` of it. */

import { Router } from 'express';
import type { CameraFrame } from '../core/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Guard } from './guard.ts';
import { parseRequest, SNAPSHOT_QUERY } from './request-bodies.ts';
import type { Thumbnails } from './thumbnails.ts';

/** Where the newest pictures are; main connects it. */
export interface Snapshots {
  latest(cameraId: string): CameraFrame | undefined;
}

export function snapshotRoutes(snapshots: Snapshots, thumbnails: Thumbnails, guard: Guard): Router {
  const router = Router();
  router.get('/:id/snapshot.jpg', async (request, response) => {
    guard.mediaViewerOf(request, request.params.id);
    const { width } = parseRequest(SNAPSHOT_QUERY, request.query);
    const frame = snapshots.latest(request.params.id);
    if (!frame)
      throw new VigieError('cameraOffline', 'no picture of this camera has come since the server started');
    // The next request may bring a newer one, or be of somebody without the right; the same one need not be sent twice.
    response.setHeader('Cache-Control', 'private, no-cache');
    response.setHeader('ETag', `"${frame.receivedUs}-${width ?? 'full'}"`);
    response.setHeader('Last-Modified', new Date(frame.receivedUs / 1000).toUTCString());
    response.type('jpeg');
    if (request.fresh) return response.status(304).end();
    const jpeg = width === undefined || width >= frame.width ? frame.jpeg : await thumbnails.of(frame, width);
    return response.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
  });
  return router;
}
