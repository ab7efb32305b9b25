/** Notifications of one user to their devices (Web Push), as the API shows them. */

import { z } from 'zod';
import { EVENT_KIND } from './event.ts';
import { cameraIds } from './fields.ts';
import { SCHEDULE_WINDOW } from './recording.ts';

export const NOTIFICATION_SETTINGS = z.strictObject({
  /** What is told; none: nothing. */
  kinds: z.array(EVENT_KIND).max(2),
  /** Empty: all cameras one may see, also those that are added later. */
  cameraIds,
  /** When nothing is told, in the site's time zone. */
  quiet: z.array(SCHEDULE_WINDOW).max(14),
  /** Of one camera at most one in this time. */
  pauseSeconds: z.int().min(10).max(3600),
});
export type NotificationSettings = z.infer<typeof NOTIFICATION_SETTINGS>;

/** What a browser says of its subscription (PushSubscription.toJSON()); some say more, which is passed over. */
export const PUSH_DEVICE = z.object({
  /** Of the browser's push service. */
  endpoint: z.string().max(2048).refine(isHttps, 'must be an https: address'),
  keys: z.object({
    /** 65 bytes, base64url: an uncompressed point of P-256 (RFC 8291 section 2.1). The server also looks whether it is on the curve. */
    p256dh: z.string().regex(/^B[A-P][\w-]{85}$/, 'must be a point of P-256'),
    /** 16 bytes, base64url. */
    auth: z.string().regex(/^[\w-]{22}$/, 'must be 16 bytes'),
  }),
});
export type PushDevice = z.infer<typeof PUSH_DEVICE>;

export const NOTIFICATIONS_VIEW = z.strictObject({
  settings: NOTIFICATION_SETTINGS,
  /** The server's VAPID key, base64url: what devices subscribe with. */
  publicKey: z.string(),
  /** Devices of this user that are told, by the SHA-256 of their endpoints, base64url. */
  deviceIds: z.array(z.string()),
});
export type NotificationsView = z.infer<typeof NOTIFICATIONS_VIEW>;

/** What arrives at the service worker. */
export interface PushPayload {
  title: string;
  body: string;
  /** The page to open, absolute and without a host. */
  path: string;
  /** A newer one of the same tag takes its place. */
  tag: string;
}

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}
