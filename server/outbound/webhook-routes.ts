/** /api/webhooks: whom Vigie tells what happens, and how that went. Administrators only. */

import { Router } from 'express';
import { z } from 'zod';
import type { Webhooks } from './webhooks.ts';
import type { WebhookSettings } from '../wire/webhook.ts';
import type { Guard } from '../accounts/guard.ts';
import { readFor } from '../http/read-for.ts';
import { parseRequest, plainName } from '../http/request-bodies.ts';

const MAX_URL_CHARACTERS = 2048;

const url = z
  .string()
  .max(MAX_URL_CHARACTERS)
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must begin with http:// or https://',
  )
  // They would stand in the log of every proxy on the way; the signature proves more.
  .refine((text) => {
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === '' && password === '';
  }, 'must hold no user name and no password: the signature shows who sent it');

const WEBHOOK = z.strictObject({
  name: plainName,
  url,
  cameraIds: z.array(z.string().min(1).max(64)).max(1000).default([]),
  kinds: z
    .array(z.enum(['motion', 'offline']))
    .min(1)
    .max(2),
  moment: z.enum(['started', 'ended', 'both']).default('started'),
  enabled: z.boolean().default(true),
}) satisfies z.ZodType<WebhookSettings>;

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
    response.status(201).json(await webhooks.add(parseRequest(WEBHOOK, request.body)));
  });

  router.put('/:id', async (request, response) => {
    response.json(await webhooks.change(request.params.id, parseRequest(WEBHOOK, request.body)));
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
