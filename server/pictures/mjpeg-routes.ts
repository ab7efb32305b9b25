/** GET /api/cameras/:id/mjpeg: moving pictures for an `<img>`, and for programs that know nothing better. `?fps=5` for fewer. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import type { MjpegStreams } from './mjpeg-streams.ts';
import { MJPEG_QUERY, parseRequest } from '../http/request-bodies.ts';

export function mjpegRoutes(streams: MjpegStreams, guard: Guard): Router {
  const router = Router();
  router.get('/:id/mjpeg', (request, response) => {
    const who = guard.mediaViewerOf(request, request.params.id);
    const { fps } = parseRequest(MJPEG_QUERY, request.query);
    if (request.method === 'HEAD') return response.type('multipart/x-mixed-replace').end();
    return streams.open(who, request.params.id, fps, response);
  });
  return router;
}
