/**
 * GET /api/cameras/:cameraId/mjpeg: moving pictures for an `<img>` and for simple programs. `?fps=5` limits the rate.
 */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import type { MjpegStreams } from './mjpeg-streams.ts';
import { serve } from '../http/serve.ts';

export function mjpegRoutes(streams: MjpegStreams, guard: Guard): Router {
  const router = Router();
  serve(
    router,
    'GET /api/cameras/:cameraId/mjpeg',
    ({ request, response, params: { cameraId }, readQuery }) => {
      const who = guard.streamTo(request, response, 'live', cameraId);
      const { fps } = readQuery();
      if (request.method === 'HEAD') response.type('multipart/x-mixed-replace').end();
      else streams.open(who, cameraId, fps, response);
    },
  );
  return router;
}
