/** /api/webhooks: whom Vigie tells what happens, and how that went. Administrators only. */

import { Router } from 'express';
import type { Webhooks } from './webhooks.ts';
import { WEBHOOK_SETTINGS } from '../wire/webhook.ts';
import type { Guard } from '../accounts/guard.ts';
import { readFor } from '../http/read-for.ts';
import { parseRequest } from '../http/request-bodies.ts';

export function webhookRoutes(webhooks: Webhooks, guard: Guard): Router {
  const router = Router();
  // Also before anything is looked up: whether there is such a webhook is none of a viewer's business.
  router.use((request, _response, next) => {
    guard.administrator(request);
    next();
  });

  router.get('/', (_request, response) => {
    response.json(webhooks.list());
  });

  router.post('/', async (request, response) => {
    response.status(201).json(await webhooks.add(parseRequest(WEBHOOK_SETTINGS, request.body)));
  });

  router.put('/:id', async (request, response) => {
    response.json(await webhooks.change(request.params.id, parseRequest(WEBHOOK_SETTINGS, request.body)));
  });

  router.delete('/:id', async (request, response) => {
    await webhooks.remove(request.params.id);
    response.status(204).end();
  });

  router.post('/:id/secret', async (request, response) => {
    response.json(await webhooks.renewSecret(request.params.id));
  });

  router.post('/:id/test', async (request, response) => {
    await webhooks.test(request.params.id);
    response.status(204).end();
  });

  router.get('/:id/deliveries', async (request, response) => {
    const who = readFor(guard.identify(request), response);
    const deliveries = await webhooks.deliveries(request.params.id, who);
    guard.administrator(request);
    response.json(deliveries);
  });

  router.post('/:id/deliveries/:deliveryId/again', async (request, response) => {
    await webhooks.sendAgain(request.params.id, request.params.deliveryId);
    response.status(204).end();
  });

  return router;
}
