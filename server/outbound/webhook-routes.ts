/** /api/webhooks: webhooks and their deliveries. Administrators only. */

import { Router } from 'express';
import type { Webhooks } from './webhooks.ts';
import type { Guard } from '../accounts/guard.ts';
import { readFor, serve } from '../http/serve.ts';

export function webhookRoutes(webhooks: Webhooks, guard: Guard): Router {
  const router = Router();
  // Checked before any look-up: viewers must not learn which webhooks exist.
  router.use('/api/webhooks', (request, _response, next) => {
    guard.administrator(request);
    next();
  });

  serve(router, 'GET /api/webhooks', () => webhooks.list());

  serve(router, 'POST /api/webhooks', ({ readBody }) => webhooks.add(readBody()));

  serve(router, 'PUT /api/webhooks/:webhookId', ({ params, readBody }) =>
    webhooks.change(params.webhookId, readBody()),
  );

  serve(router, 'DELETE /api/webhooks/:webhookId', ({ params }) => webhooks.remove(params.webhookId));

  serve(router, 'POST /api/webhooks/:webhookId/secret', ({ params }) =>
    webhooks.renewSecret(params.webhookId),
  );

  serve(router, 'POST /api/webhooks/:webhookId/test', ({ params }) => webhooks.test(params.webhookId));

  serve(router, 'GET /api/webhooks/:webhookId/deliveries', async ({ request, response, params }) => {
    const reader = readFor(guard.administrator(request), response);
    const deliveries = await webhooks.deliveries(params.webhookId, reader);
    guard.administrator(request);
    return deliveries;
  });

  serve(router, 'POST /api/webhooks/:webhookId/deliveries/:deliveryId/again', ({ params }) =>
    webhooks.sendAgain(params.webhookId, params.deliveryId),
  );

  return router;
}
