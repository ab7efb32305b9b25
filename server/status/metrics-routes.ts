/** GET /metrics, for Prometheus: for administrators, and for keys with the power `metrics`. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import type { Metrics } from './metrics.ts';

export const METRICS_PATH = '/metrics';

export function metricsRoutes(metrics: Pick<Metrics<unknown>, 'text' | 'contentType'>, guard: Guard): Router {
  const router = Router();
  router.get(METRICS_PATH, async (request, response) => {
    guard.withPower(request, 'metrics');
    const text = await metrics.text();
    guard.withPower(request, 'metrics');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', metrics.contentType);
    response.send(text);
  });
  return router;
}
