/** /api/keys: API keys are made, listed and revoked. */

import { Router } from 'express';
import { readFor, serve } from '../http/serve.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Guard } from './guard.ts';

export function apiKeyRoutes(keys: ApiKeys, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/keys', async ({ request, response }) => {
    const before = guard.caller(request);
    const listed = await keys.list(before, readFor(before, response));
    // It waited its turn, and the role may be another.
    const { role, userId } = guard.caller(request);
    return role === 'administrator' ? listed : listed.filter((key) => key.userId === userId);
  });

  serve(router, 'POST /api/keys', ({ request, readBody }) => keys.add(guard.caller(request), readBody()));

  serve(router, 'DELETE /api/keys/:keyId', ({ request, params: { keyId } }) =>
    keys.revoke(guard.caller(request), keyId),
  );

  return router;
}
