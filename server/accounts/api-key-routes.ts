/** /api/keys: creates, lists and revokes API keys. */

import { Router } from 'express';
import { readFor, serve } from '../http/serve.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Guard } from './guard.ts';

export function apiKeyRoutes(keys: ApiKeys, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/keys', async ({ request, response }) => {
    const before = guard.caller(request);
    const listed = await keys.list(before, readFor(before, response));
    // The request waited in a queue, and the role may have changed.
    const { role, userId } = guard.caller(request);
    return role === 'administrator' ? listed : listed.filter((key) => key.userId === userId);
  });

  serve(router, 'POST /api/keys', ({ request, readBody }) => keys.add(guard.caller(request), readBody()));

  serve(router, 'DELETE /api/keys/:keyId', ({ request, params: { keyId } }) =>
    keys.revoke(guard.caller(request), keyId),
  );

  return router;
}
