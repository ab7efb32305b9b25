/** Everything that outlives a restart: one SQLite file, and typed queries on it, one class per subject. */

import type { DatabaseSync } from 'node:sqlite';
import { CameraStore } from './camera-store.ts';
import { openDatabase } from './database.ts';
import { EventStore } from './event-store.ts';
import { FirmwareStore } from './firmware-store.ts';
import { MotionStore } from './motion-store.ts';
import { NotificationStore } from './notification-store.ts';
import { RecordingStore } from './recording-store.ts';
import { SecretStore } from './secret-store.ts';
import { SensorStore } from './sensor-store.ts';
import { SessionStore } from './session-store.ts';
import { UserStore } from './user-store.ts';
import { WebhookStore } from './webhook-store.ts';

export class Store {
  readonly cameras: CameraStore;
  readonly users: UserStore;
  readonly events: EventStore;
  readonly sensors: SensorStore;
  readonly sessions: SessionStore;
  readonly secrets: SecretStore;
  readonly firmware: FirmwareStore;
  readonly recordings: RecordingStore;
  readonly motion: MotionStore;
  readonly webhooks: WebhookStore;
  readonly notifications: NotificationStore;
  readonly #database: DatabaseSync;

  /** @throws VigieError `configuration` when the folder or the file in it cannot be used */
  static open(dataDir: string): Store {
    return new Store(openDatabase(dataDir));
  }

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.cameras = new CameraStore(database);
    this.users = new UserStore(database);
    this.events = new EventStore(database);
    this.sensors = new SensorStore(database);
    this.sessions = new SessionStore(database);
    this.secrets = new SecretStore(database);
    this.firmware = new FirmwareStore(database);
    this.recordings = new RecordingStore(database);
    this.motion = new MotionStore(database);
    this.webhooks = new WebhookStore(database);
    this.notifications = new NotificationStore(database);
  }

  /** Idempotent. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
