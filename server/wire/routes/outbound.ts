/** Routes of outbound messages: webhooks, and notifications to a user's own devices. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';
import { NOTIFICATION_SETTINGS, NOTIFICATIONS_VIEW, PUSH_DEVICE } from '../notification.ts';
import { DELIVERY_VIEW, WEBHOOK_SETTINGS, WEBHOOK_VIEW, WEBHOOK_WITH_SECRET } from '../webhook.ts';

const ONE_WEBHOOK = z.strictObject({ webhookId: id });

export const OUTBOUND_ROUTES = {
  'GET /api/webhooks': {
    summary: 'List the webhooks',
    response: z.array(WEBHOOK_VIEW),
  },
  'POST /api/webhooks': {
    summary: 'Add a webhook; the response contains its secret',
    body: WEBHOOK_SETTINGS,
    keyed: true,
    response: WEBHOOK_WITH_SECRET,
    statuses: [201],
    errors: [409],
  },
  'PUT /api/webhooks/:webhookId': {
    summary: 'Change a webhook',
    params: ONE_WEBHOOK,
    body: WEBHOOK_SETTINGS,
    response: WEBHOOK_VIEW,
  },
  'DELETE /api/webhooks/:webhookId': {
    summary: 'Remove a webhook with its deliveries',
    params: ONE_WEBHOOK,
  },
  'POST /api/webhooks/:webhookId/secret': {
    summary: 'Renew the secret of a webhook; the response contains it',
    params: ONE_WEBHOOK,
    response: WEBHOOK_WITH_SECRET,
  },
  'POST /api/webhooks/:webhookId/test': {
    summary: 'Queue a test message',
    params: ONE_WEBHOOK,
    errors: [409],
  },
  'GET /api/webhooks/:webhookId/deliveries': {
    summary: 'List the newest deliveries of a webhook',
    params: ONE_WEBHOOK,
    response: z.array(DELIVERY_VIEW),
  },
  'POST /api/webhooks/:webhookId/deliveries/:deliveryId/again': {
    summary: 'Send a delivery again',
    params: ONE_WEBHOOK.extend({ deliveryId: id }),
  },
  'GET /api/notifications': {
    summary: 'Read your own notification settings and devices',
    response: NOTIFICATIONS_VIEW,
  },
  'PUT /api/notifications': {
    summary: 'Set your own notification settings',
    body: NOTIFICATION_SETTINGS,
    response: NOTIFICATIONS_VIEW,
    errors: [409],
  },
  'POST /api/notifications/devices': {
    summary: 'Add a device; it gets notifications until the session ends',
    body: PUSH_DEVICE,
    response: NOTIFICATIONS_VIEW,
    statuses: [201],
    errors: [409],
  },
  'DELETE /api/notifications/devices/:deviceId': {
    summary: 'Remove a device',
    params: z.strictObject({ deviceId: id }),
  },
  'POST /api/notifications/test': {
    summary: 'Send a test notification to your own devices',
  },
} as const satisfies ApiRouteTable;
