/**
 * /api/firmware, for administrators: the images, their upload, and the firmware of every camera; and
 * /api/cameras/:cameraId/update, the firmware update of one camera.
 */

import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type { FirmwareImages } from './firmware-images.ts';
import type { FirmwareUpdates } from './firmware-updates.ts';
import { MAX_FIRMWARE_BYTES } from '../wire/camera-protocol.ts';
import type { CameraFirmware } from './camera-firmware.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';
import { wholeBodyOf } from '../http/whole-body.ts';

export interface Firmware {
  images: FirmwareImages;
  updates: FirmwareUpdates;
  cameras: CameraFirmware;
}

export function firmwareRoutes({ images, updates, cameras }: Firmware, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/firmware', ({ request }) => {
    guard.administrator(request);
    return images.list();
  });

  serve(router, 'GET /api/firmware/cameras', ({ request }) => {
    guard.administrator(request);
    return cameras.views();
  });

  // The body is the file itself: answers 201 with the image, 200 when it already existed.
  serve(router, 'POST /api/firmware', async ({ request, response }) => {
    const { userId } = guard.streamToAdministrator(request, response);
    const body = wholeBodyOf(request);
    // A body with a too large Content-Length is refused before reading; a body without one is measured while it is
    // read.
    if (Number(request.headers['content-length'] ?? 0) > MAX_FIRMWARE_BYTES)
      throw new VigieError(
        'tooLarge',
        `a firmware image has at most ${MAX_FIRMWARE_BYTES / 1024 / 1024} MiB`,
      );
    const { image, isNew } = await images.add(body, userId);
    response.status(isNew ? 201 : 200).location(`/api/firmware/${image.id}`);
    return image;
  });

  serve(router, 'DELETE /api/firmware/:imageId', ({ request, params }) => {
    guard.administrator(request);
    return updates.removeImage(params.imageId);
  });

  return router;
}

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
