/**
 * Routes of how recordings are made and kept: the space for them, how long they are kept, and each camera's recording
 * settings. All need an administrator.
 */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import { readFor, serve } from '../http/serve.ts';
import type { Recordings } from './recording-routes.ts';

export function recordingSettingsRoutes(
  recordings: Pick<Recordings, 'status' | 'retention' | 'settingsOf' | 'setSettings' | 'isRecording'>,
  cameras: KnownCameras,
  guard: Guard,
): Router {
  const router = Router();

  serve(router, 'GET /api/recording', ({ request }) => {
    guard.administrator(request);
    return recordings.status;
  });

  serve(router, 'GET /api/recording/retention', ({ request }) => {
    guard.administrator(request);
    return recordings.retention.view;
  });

  serve(router, 'PUT /api/recording/retention', ({ request, readBody }) => {
    guard.administrator(request);
    return recordings.retention.setKeepDays(readBody().keepDays);
  });

  serve(router, 'GET /api/recording/retention/losses', async ({ request, response, readQuery }) => {
    const reader = readFor(guard.administrator(request), response);
    const expired = await recordings.retention.expired(readQuery().days, reader);
    // It waited its turn, and the role may be another.
    guard.administrator(request);
    return expired;
  });

  serve(router, 'GET /api/cameras/:cameraId/recording', ({ request, params }) => {
    guard.administrator(request);
    const { id } = findCamera(cameras, params.cameraId);
    return {
      settings: recordings.settingsOf(id),
      recording: recordings.isRecording(id),
      status: recordings.status,
    };
  });

  serve(router, 'PUT /api/cameras/:cameraId/recording', ({ request, params, readBody }) => {
    guard.administrator(request);
    const { id } = findCamera(cameras, params.cameraId);
    return recordings.setSettings(id, readBody());
  });

  return router;
}
