/**
 * A way for notifications to reach users outside the app. `push-channel.ts` is one; another channel is one more file
 * that implements this, in the list of `open-outbound.ts`.
 */

import type { NotificationSettings, PushPayload } from '../wire/notification.ts';

/** A user who can be reached and may see a camera's events. */
export interface Recipient {
  userId: string;
  /** Undefined fields are at their default. */
  settings: Partial<NotificationSettings> | undefined;
}

export interface Notification {
  payload: PushPayload;
  /** Asked just before it is sent, since it may have waited long while a right ended. Undefined: always allowed. */
  isStillAllowed?: () => boolean;
}

export interface NotificationChannel {
  /** The users whom this channel reaches. */
  recipients(cameraId: string): Promise<Recipient[]>;
  /** Sends it to all addresses of the user. Does not wait. */
  notify(userId: string, notification: Notification): void;
  /** Works also while the database cannot be read. */
  notifyAdministrators(notification: Notification, isWanted: (userId: string) => boolean): Promise<void>;
  /** Idempotent. Drops what waits. */
  close(): void;
}
