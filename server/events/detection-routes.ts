/** POST /api/cameras/:cameraId/detections: what an analyser has seen in one picture. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';
import type { Detections } from './detections.ts';

export function detectionRoutes(detections: Pick<Detections, 'report'>, guard: Guard): Router {
  const router = Router();
  serve(router, 'POST /api/cameras/:cameraId/detections', ({ request, params: { cameraId }, readBody }) => {
    const { sessionId: id, keyName: name = '' } = guard.analyserOf(request, cameraId);
    return detections.report(cameraId, readBody(), { id, name });
  });
  return router;
}
