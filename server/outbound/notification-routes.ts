/** /api/notifications: what somebody's devices are told, and which devices those are. Everybody for themselves. */

import { ECDH } from 'node:crypto';
import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type { PushNotifier } from './push-notifier.ts';
import { NOTIFICATION_SETTINGS, PUSH_DEVICE, type PushDevice } from '../wire/notification.ts';
import type { Guard } from '../accounts/guard.ts';
import { parseRequest } from '../http/request-bodies.ts';

export function notificationRoutes(notifier: PushNotifier, guard: Guard): Router {
  const router = Router();

  router.get('/', (request, response) => {
    response.json(notifier.viewOf(guard.identify(request).userId));
  });

  router.put('/', async (request, response) => {
    const { userId } = guard.identify(request);
    await notifier.setSettings(userId, parseRequest(NOTIFICATION_SETTINGS, request.body));
    response.json(notifier.viewOf(userId));
  });

  router.post('/devices', async (request, response) => {
    const who = guard.identify(request);
    const device = parseRequest(PUSH_DEVICE, request.body);
    assertOnCurve(device);
    await notifier.addDevice(who, device);
    response.status(201).json(notifier.viewOf(who.userId));
  });

  router.delete('/devices/:id', async (request, response) => {
    await notifier.removeDevice(guard.identify(request).userId, request.params.id);
    response.status(204).end();
  });

  router.post('/test', (request, response) => {
    notifier.test(guard.identify(request).userId);
    response.status(204).end();
  });

  return router;
}

/** Uncompressed, as the schema says; this is whether it is on the curve, which only node:crypto can tell. */
function assertOnCurve({ keys }: PushDevice): void {
  try {
    ECDH.convertKey(keys.p256dh, 'prime256v1', 'base64url');
  } catch (error) {
    throw new VigieError('badRequest', 'keys.p256dh: must be a point of P-256', { cause: error });
  }
}
