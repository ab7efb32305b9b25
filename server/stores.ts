/** Every feature's queries in one list, and the stores made of them. The store's threads load this module too. */

import type { DatabaseSync } from 'node:sqlite';
import { CREDENTIAL_WORK, CredentialQueries } from './accounts/credential-store.ts';
import { KNOWN_DEVICE_WORK, KnownDeviceQueries } from './accounts/known-device-store.ts';
import { NOTICE_WORK, NoticeQueries } from './accounts/notice-store.ts';
import { PASSWORD_RESET_WORK, PasswordResetQueries } from './accounts/password-reset-store.ts';
import { SESSION_WORK, SessionQueries } from './accounts/session-store.ts';
import { USER_WORK, UserQueries } from './accounts/user-store.ts';
import { AUDIT_WORK, AuditQueries } from './audit/audit-store.ts';
import { CAMERA_SWITCH_WORK, CameraSwitchQueries } from './camera-switch/camera-switch-store.ts';
import { CAMERA_WORK, CameraQueries } from './cameras/camera-store.ts';
import { REMOVED_CAMERA_WORK, RemovedCameraQueries } from './cameras/removed-camera-store.ts';
import { DROPPED_EDGE_WORK, DroppedEdgeQueries } from './edges/dropped-edge-store.ts';
import { EVENT_WORK, EventQueries, type EventLimits } from './events/event-store.ts';
import { MOTION_WORK, MotionQueries } from './events/motion-store.ts';
import { SENSOR_WORK, SensorQueries } from './events/sensor-store.ts';
import { FIRMWARE_WORK, FirmwareQueries } from './firmware/firmware-store.ts';
import type { Log } from './log.ts';
import { NOTIFICATION_WORK, NotificationQueries } from './outbound/notification-store.ts';
import { WEBHOOK_WORK, WebhookQueries } from './outbound/webhook-store.ts';
import { RECORDING_WORK, RecordingQueries } from './recording/recording-store.ts';
import { RETENTION_WORK, RetentionQueries } from './recording/retention-store.ts';
import { DATABASE_FILE_WORK, DatabaseFileQueries } from './store/database-file.ts';
import { SECRET_WORK, SecretQueries } from './store/secret-store.ts';
import { SITE_WORK, SiteQueries } from './site/site-store.ts';
import { share, type Queues } from './store/share.ts';
import { Store, type StoreOptions } from './store/store.ts';

/** The queries on one connection. */
export function makeQueries(database: DatabaseSync, limits: Partial<EventLimits> = {}) {
  const cameras = new CameraQueries(database);
  const webhooks = new WebhookQueries(database);
  return {
    cameras,
    webhooks,
    removedCameras: new RemovedCameraQueries(database),
    retention: new RetentionQueries(database),
    cameraSwitches: new CameraSwitchQueries(database),
    audit: new AuditQueries(database),
    users: new UserQueries(database),
    passwordResets: new PasswordResetQueries(database),
    notices: new NoticeQueries(database),
    knownDevices: new KnownDeviceQueries(database),
    credentials: new CredentialQueries(database),
    sensors: new SensorQueries(database),
    sessions: new SessionQueries(database),
    secrets: new SecretQueries(database),
    site: new SiteQueries(database),
    droppedEdges: new DroppedEdgeQueries(database),
    databaseFile: new DatabaseFileQueries(database),
    firmware: new FirmwareQueries(database),
    recordings: new RecordingQueries(database),
    motion: new MotionQueries(database),
    notifications: new NotificationQueries(database),
    // An event and its deliveries are written together.
    events: new EventQueries(database, {
      limits,
      outbox: (event, nowMs) => webhooks.queueEvent(event, cameras.find(event.cameraId)?.name ?? '', nowMs),
    }),
  };
}

/** @param queries on the caller's connection, for the quick methods */
export function shareQueries(queries: ReturnType<typeof makeQueries>, queues: Queues) {
  return {
    cameras: share('cameras', queries.cameras, CAMERA_WORK, queues),
    cameraSwitches: share('cameraSwitches', queries.cameraSwitches, CAMERA_SWITCH_WORK, queues),
    retention: share('retention', queries.retention, RETENTION_WORK, queues),
    removedCameras: share('removedCameras', queries.removedCameras, REMOVED_CAMERA_WORK, queues),
    audit: share('audit', queries.audit, AUDIT_WORK, queues),
    users: share('users', queries.users, USER_WORK, queues),
    passwordResets: share('passwordResets', queries.passwordResets, PASSWORD_RESET_WORK, queues),
    knownDevices: share('knownDevices', queries.knownDevices, KNOWN_DEVICE_WORK, queues),
    credentials: share('credentials', queries.credentials, CREDENTIAL_WORK, queues),
    notices: share('notices', queries.notices, NOTICE_WORK, queues),
    events: share('events', queries.events, EVENT_WORK, queues),
    sensors: share('sensors', queries.sensors, SENSOR_WORK, queues),
    sessions: share('sessions', queries.sessions, SESSION_WORK, queues),
    secrets: share('secrets', queries.secrets, SECRET_WORK, queues),
    site: share('site', queries.site, SITE_WORK, queues),
    droppedEdges: share('droppedEdges', queries.droppedEdges, DROPPED_EDGE_WORK, queues),
    databaseFile: share('databaseFile', queries.databaseFile, DATABASE_FILE_WORK, queues),
    firmware: share('firmware', queries.firmware, FIRMWARE_WORK, queues),
    recordings: share('recordings', queries.recordings, RECORDING_WORK, queues),
    motion: share('motion', queries.motion, MOTION_WORK, queues),
    webhooks: share('webhooks', queries.webhooks, WEBHOOK_WORK, queues),
    notifications: share('notifications', queries.notifications, NOTIFICATION_WORK, queues),
  };
}

export type Stores = ReturnType<typeof shareQueries>;

export interface OpenStores extends Stores, Pick<Store, StoreMember> {}

type StoreMember = 'path' | 'figures' | 'idle' | 'watchErrors' | 'refuseWrites' | 'close';

/** @throws VigieError `configuration` when the folder or the file in it is not usable */
export function openStores(
  dataDir: string,
  log: Log,
  options: Omit<StoreOptions, 'queries'> = {},
): OpenStores {
  const store = Store.open(dataDir, log, { ...options, queries: new URL(import.meta.url) });
  return {
    ...shareQueries(makeQueries(store.database), store.queues),
    path: store.path,
    get figures() {
      return store.figures;
    },
    get idle() {
      return store.idle;
    },
    watchErrors: (listener) => store.watchErrors(listener),
    refuseWrites: (problems) => store.refuseWrites(problems),
    close: () => store.close(),
  };
}
