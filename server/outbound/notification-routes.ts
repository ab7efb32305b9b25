/**
 * /api/notifications: which notifications a user's devices get, and which devices those are. Each user for themselves.
 */

import { ECDH } from 'node:crypto';
import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type { PushNotifier } from './push-notifier.ts';
import type { PushDevice } from '../wire/notification.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

export function notificationRoutes(notifier: PushNotifier, guard: Guard): Router {
  const router = Router();

  serve(router, 'GET /api/notifications', ({ request }) =>
    notifier.devices.viewOf(guard.identify(request).userId),
  );

  serve(router, 'PUT /api/notifications', async ({ request, readBody }) => {
    const { userId } = guard.identify(request);
    await notifier.devices.setSettings(userId, readBody());
    return notifier.devices.viewOf(userId);
  });

  serve(router, 'POST /api/notifications/devices', async ({ request, readBody }) => {
    const who = guard.identify(request);
    const device = readBody();
    assertOnCurve(device);
    await notifier.devices.add(who, device);
    return notifier.devices.viewOf(who.userId);
  });

  serve(router, 'DELETE /api/notifications/devices/:deviceId', ({ request, params }) =>
    notifier.devices.remove(guard.identify(request).userId, params.deviceId),
  );

  serve(router, 'POST /api/notifications/test', ({ request }) =>
    notifier.test(guard.identify(request).userId),
  );

  return router;
}

/** The schema checks that the point is uncompressed; this checks that it is on the curve, which needs node:crypto. */
function assertOnCurve({ keys }: PushDevice): void {
  try {
    ECDH.convertKey(keys.p256dh, 'prime256v1', 'base64url');
  } catch (error) {
    throw new VigieError('unprocessable', 'keys.p256dh: must be a point of P-256', { cause: error });
  }
}
