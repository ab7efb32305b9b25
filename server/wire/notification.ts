/** Notifications of one user to their devices (Web Push), as the API shows them. */

import { z } from 'zod';
import { DETECTION_LABEL } from './detection.ts';
import { EVENT_KIND } from './event.ts';
import { cameraIds } from './fields.ts';
import { SCHEDULE_WINDOW } from './recording.ts';

/** "A person at the front door at night". */
export const DETECTION_RULE = z.strictObject({
  label: DETECTION_LABEL,
  /** Empty: every camera of the settings. */
  cameraIds,
  /** Hours in which it applies, in the site's time zone; empty: always. */
  hours: z.array(SCHEDULE_WINDOW).max(14),
});
export type DetectionRule = z.output<typeof DETECTION_RULE>;

export const NOTIFICATION_SETTINGS = z.strictObject({
  /** Event kinds to notify; empty: none. */
  kinds: z.array(EVENT_KIND).max(EVENT_KIND.options.length),
  /** Empty: all cameras the user may see, including new ones. */
  cameraIds,
  /** Among detections only those that one of these rules names; empty: all. */
  detections: z.array(DETECTION_RULE).max(16).default([]),
  /** Quiet hours, in the site's time zone. */
  quiet: z.array(SCHEDULE_WINDOW).max(14),
  /** At most one notification per camera in this time. */
  pauseSeconds: z.int().min(10).max(3600),
  /** Administrators: new devices, and blocked attacks. */
  security: z.boolean().default(true),
});
export type NotificationSettings = z.infer<typeof NOTIFICATION_SETTINGS>;

/** A browser's subscription (PushSubscription.toJSON()); additional fields are ignored. */
export const PUSH_DEVICE = z.object({
  /** URL at the browser's push service. */
  endpoint: z.string().max(2048).refine(isHttps, 'must be an https: address'),
  keys: z.object({
    /**
     * 65 bytes, base64url: an uncompressed point of P-256 (RFC 8291 section 2.1). The server also checks that it is on
     * the curve.
     */
    p256dh: z.string().regex(/^B[A-P][\w-]{85}$/, 'must be a point of P-256'),
    /** 16 bytes, base64url. */
    auth: z.string().regex(/^[\w-]{22}$/, 'must be 16 bytes'),
  }),
});
export type PushDevice = z.infer<typeof PUSH_DEVICE>;

export const NOTIFICATIONS_VIEW = z.strictObject({
  settings: NOTIFICATION_SETTINGS,
  /** The server's VAPID key, base64url: browsers subscribe with it. */
  publicKey: z.string(),
  /** This user's subscribed devices, by the SHA-256 of their endpoints, base64url. */
  deviceIds: z.array(z.string()),
});
export type NotificationsView = z.infer<typeof NOTIFICATIONS_VIEW>;

/** The payload received by the service worker. */
export interface PushPayload {
  title: string;
  body: string;
  /** The page to open, absolute and without a host. */
  path: string;
  /** A newer notification with the same tag replaces it. */
  tag: string;
}

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}
