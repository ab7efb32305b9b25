/**
 * /api/notifications: the notifications that a user's devices get, and these devices. Each user manages only their own.
 */

import { ECDH } from 'node:crypto';
import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type { Notifier } from './notifier.ts';
import type { PushChannel } from './push-channel.ts';
import type { NotificationsView, PushDevice } from '../wire/notification.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

export function notificationRoutes(notifier: Notifier, push: PushChannel, guard: Guard): Router {
  const router = Router();
  const viewOf = (userId: string): NotificationsView => ({
    settings: notifier.settingsOf(userId),
    publicKey: push.publicKey,
    deviceIds: push.devices.idsOf(userId),
  });

  serve(router, 'GET /api/notifications', ({ request }) => viewOf(guard.identify(request).userId));

  serve(router, 'PUT /api/notifications', async ({ request, readBody }) => {
    const { userId } = guard.identify(request);
    await notifier.setSettings(userId, readBody());
    return viewOf(userId);
  });

  serve(router, 'POST /api/notifications/devices', async ({ request, readBody }) => {
    const who = guard.identify(request);
    const device = readBody();
    assertOnCurve(device);
    await push.devices.add(who, device);
    return viewOf(who.userId);
  });

  serve(router, 'DELETE /api/notifications/devices/:deviceId', ({ request, params }) =>
    push.devices.remove(guard.identify(request).userId, params.deviceId),
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
