/** All stores over one connection and its two queues. */

import { CAMERA_WORK } from '../cameras/camera-store.ts';
import { EVENT_WORK } from '../events/event-store.ts';
import { FIRMWARE_WORK } from '../firmware/firmware-store.ts';
import { MOTION_WORK } from '../events/motion-store.ts';
import { NOTIFICATION_WORK } from '../outbound/notification-store.ts';
import { RECORDING_WORK } from '../recording/recording-store.ts';
import { SECRET_WORK } from './secret-store.ts';
import { SENSOR_WORK } from '../events/sensor-store.ts';
import { SESSION_WORK } from '../accounts/session-store.ts';
import { share, type Queues } from './share.ts';
import type { Tables } from './tables.ts';
import { USER_WORK } from '../accounts/user-store.ts';
import { WEBHOOK_WORK } from '../outbound/webhook-store.ts';

export type Stores = ReturnType<typeof shareStores>;

/** @param tables on the caller's connection, for what is quick */
export function shareStores(tables: Tables, queues: Queues) {
  return {
    cameras: share('cameras', tables.cameras, CAMERA_WORK, queues),
    users: share('users', tables.users, USER_WORK, queues),
    events: share('events', tables.events, EVENT_WORK, queues),
    sensors: share('sensors', tables.sensors, SENSOR_WORK, queues),
    sessions: share('sessions', tables.sessions, SESSION_WORK, queues),
    secrets: share('secrets', tables.secrets, SECRET_WORK, queues),
    firmware: share('firmware', tables.firmware, FIRMWARE_WORK, queues),
    recordings: share('recordings', tables.recordings, RECORDING_WORK, queues),
    motion: share('motion', tables.motion, MOTION_WORK, queues),
    webhooks: share('webhooks', tables.webhooks, WEBHOOK_WORK, queues),
    notifications: share('notifications', tables.notifications, NOTIFICATION_WORK, queues),
  };
}
