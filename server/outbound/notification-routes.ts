/** /api/notifications: what somebody's devices are told, and which devices those are. Everybody for themselves. */

import { ECDH } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import { isTimeZone } from '../core/outbound/quiet-hours.ts';
import type { PushNotifier } from './push-notifier.ts';
import type { NotificationSettings, PushDevice } from '../wire/notification.ts';
import type { Guard } from '../accounts/guard.ts';
import { SCHEDULE_WINDOW } from '../wire/recording-bodies.ts';
import { parseRequest } from '../http/request-bodies.ts';

const MAX_ENDPOINT_CHARACTERS = 2048;
const AUTH_BYTES = 16;

const SETTINGS = z.strictObject({
  kinds: z.array(z.enum(['motion', 'offline'])).max(2),
  cameraIds: z.array(z.string().min(1).max(64)).max(1000),
  quiet: z.array(SCHEDULE_WINDOW).max(14),
  timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone like Europe/Paris'),
  pauseSeconds: z.int().min(10).max(3600),
}) satisfies z.ZodType<NotificationSettings>;

const base64url = z.base64url().max(128);
/** What a browser says of its subscription; some say more. */
const DEVICE = z.object({
  endpoint: z.string().max(MAX_ENDPOINT_CHARACTERS).refine(isHttps, 'must be an https: address'),
  keys: z.object({
    p256dh: base64url.refine(isPublicKey, 'must be a point of P-256'),
    auth: base64url.refine(
      (text) => Buffer.from(text, 'base64url').length === AUTH_BYTES,
      `must be ${AUTH_BYTES} bytes`,
    ),
  }),
}) satisfies z.ZodType<PushDevice>;

export function notificationRoutes(notifier: PushNotifier, guard: Guard): Router {
  const router = Router();

  router.get('/', (request, response) => {
    response.json(notifier.viewOf(guard.identify(request).userId));
  });

  router.put('/', async (request, response) => {
    const { userId } = guard.identify(request);
    await notifier.setSettings(userId, parseRequest(SETTINGS, request.body));
    response.json(notifier.viewOf(userId));
  });

  router.post('/devices', async (request, response) => {
    const who = guard.identify(request);
    await notifier.addDevice(who, parseRequest(DEVICE, request.body));
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

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}

/** Uncompressed (RFC 8291 section 2.1), and on the curve. */
function isPublicKey(text: string): boolean {
  const point = Buffer.from(text, 'base64url');
  if (point.length !== 65 || point[0] !== 4) return false;
  try {
    ECDH.convertKey(point, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}
