/** GET and PUT /api/cameras/:id/motion: what of a camera's motion counts. Administrators only. */

import { Router } from 'express';
import { z } from 'zod';
import type { MotionArea, MotionView } from '../wire/motion.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { Guard } from '../accounts/guard.ts';
import { parseRequest } from '../http/request-bodies.ts';

/** What the API asks of the watch for motion; main connects it. */
export interface MotionSettingsHolder {
  settingsOf(cameraId: string): MotionView;
  setSettings(cameraId: string, settings: MotionView): Promise<void>;
}

const share = z.number().min(0).max(1);
const AREA = z.strictObject({
  id: z.string().regex(/^[\w-]{1,32}$/),
  name: z.string().trim().min(1).max(32),
  points: z
    .array(z.tuple([share, share]))
    .min(3)
    .max(32),
}) satisfies z.ZodType<MotionArea>;
const AREAS = z
  .array(AREA)
  .max(8)
  .refine((areas) => new Set(areas.map(({ id }) => id)).size === areas.length, 'two have the same id');

const MOTION = z.strictObject({
  enabled: z.boolean(),
  sensitivity: z.int().min(1).max(100),
  minArea: z.number().min(0.0005).max(0.5),
  minDurationMs: z.int().min(0).max(10_000),
  quietMs: z.int().min(1_000).max(60_000),
  zones: AREAS,
  masks: AREAS,
  separateZones: z.boolean().default(false),
}) satisfies z.ZodType<MotionView>;

export function motionRoutes(motion: MotionSettingsHolder, cameras: KnownCameras, guard: Guard): Router {
  const router = Router();

  router.get('/:id/motion', (request, response) => {
    guard.administrator(request);
    response.json(motion.settingsOf(findCamera(cameras, request.params.id).id));
  });

  router.put('/:id/motion', async (request, response) => {
    guard.administrator(request);
    const id = findCamera(cameras, request.params.id).id;
    await motion.setSettings(id, parseRequest(MOTION, request.body));
    response.status(204).end();
  });

  return router;
}
