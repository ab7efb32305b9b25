/** GET /api/status: the server's figures, for administrators. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';
import type { ServerStatus } from '../wire/server-status.ts';

export function statusRoutes(status: () => ServerStatus, guard: Guard): Router {
  const router = Router();
  serve(router, 'GET /api/status', ({ request }) => {
    guard.administrator(request);
    return status();
  });
  return router;
}
