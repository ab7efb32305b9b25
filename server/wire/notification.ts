/** Notifications of one user to their devices (Web Push), as the API shows them. Imports types only. */

import type { EventKind } from './event.ts';
import type { ScheduleWindow } from './recording.ts';

export interface NotificationSettings {
  /** What is told; none: nothing. */
  kinds: EventKind[];
  /** Empty: all cameras one may see, also those that are added later. */
  cameraIds: string[];
  /** When nothing is told, on the clock of `timeZone`; at most 14. */
  quiet: ScheduleWindow[];
  /** IANA, like `Europe/Paris`. */
  timeZone: string;
  /** Of one camera at most one in this time, 10 … 3600. */
  pauseSeconds: number;
}

/** Body of POST /api/notifications/devices: what PushSubscription.toJSON() says. */
export interface PushDevice {
  /** Of the browser's push service, https:. */
  endpoint: string;
  keys: {
    /** base64url: 65 bytes, and 16. */
    p256dh: string;
    auth: string;
  };
}

export interface NotificationsView {
  settings: NotificationSettings;
  /** The server's VAPID key, base64url: what devices subscribe with. */
  publicKey: string;
  /** Devices of this user that are told, by the SHA-256 of their endpoints, base64url. */
  deviceIds: string[];
}

/** What arrives at the service worker. */
export interface PushPayload {
  title: string;
  body: string;
  /** The page to open, absolute and without a host. */
  path: string;
  /** A newer one of the same tag takes its place. */
  tag: string;
}
