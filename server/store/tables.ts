/** The queries of every store on one connection; each of the store's threads has them on its own. */

import type { DatabaseSync } from 'node:sqlite';
import { CameraQueries } from '../cameras/camera-store.ts';
import { EventQueries, type EventLimits } from '../events/event-store.ts';
import { FirmwareQueries } from '../firmware/firmware-store.ts';
import { MotionQueries } from '../events/motion-store.ts';
import { NotificationQueries } from '../outbound/notification-store.ts';
import { RecordingQueries } from '../recording/recording-store.ts';
import { SecretQueries } from './secret-store.ts';
import { SensorQueries } from '../events/sensor-store.ts';
import { SessionQueries } from '../accounts/session-store.ts';
import { UserQueries } from '../accounts/user-store.ts';
import { WebhookQueries } from '../outbound/webhook-store.ts';

export class Tables {
  readonly cameras: CameraQueries;
  readonly users: UserQueries;
  readonly events: EventQueries;
  readonly sensors: SensorQueries;
  readonly sessions: SessionQueries;
  readonly secrets: SecretQueries;
  readonly firmware: FirmwareQueries;
  readonly recordings: RecordingQueries;
  readonly motion: MotionQueries;
  readonly webhooks: WebhookQueries;
  readonly notifications: NotificationQueries;

  constructor(database: DatabaseSync, limits: Partial<EventLimits> = {}) {
    this.cameras = new CameraQueries(database);
    this.users = new UserQueries(database);
    this.sensors = new SensorQueries(database);
    this.sessions = new SessionQueries(database);
    this.secrets = new SecretQueries(database);
    this.firmware = new FirmwareQueries(database);
    this.recordings = new RecordingQueries(database);
    this.motion = new MotionQueries(database);
    this.webhooks = new WebhookQueries(database);
    this.notifications = new NotificationQueries(database);
    // What is told of an event is queued with it.
    this.events = new EventQueries(database, {
      limits,
      outbox: (event, nowMs) =>
        this.webhooks.queueEvent(event, this.cameras.find(event.cameraId)?.name ?? '', nowMs),
    });
  }
}
