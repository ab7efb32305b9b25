/** Devices for push notifications and their users' settings. A device is removed with its session. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { NOTIFICATION_SETTINGS, type PushDevice } from '../wire/notification.ts';
import type { Right } from '../wire/rights.ts';
import { inTransaction } from '../store/database.ts';
import { readFields } from '../store/json-column.ts';
import { SETTINGS_WORK, SettingsQueries, settingsSql } from '../store/settings-queries.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import type { Recipient } from './notification-channel.ts';

export interface StoredDevice extends PushDevice {
  userId: string;
}

/** Per user; one more replaces the oldest. */
const MAX_DEVICES = 10;
const SELECT = `
  SELECT endpoint, sessions.user_id AS userId, p256dh, auth
  FROM push_devices JOIN sessions ON sessions.id = session_id`;

const SQL = declareStatements('notifications', {
  add: `
    INSERT INTO push_devices (endpoint, session_id, p256dh, auth, created_at)
    VALUES (:endpoint, :sessionId, :p256dh, :auth, :nowMs) ON CONFLICT (endpoint) DO UPDATE SET
      session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth,
      created_at = excluded.created_at`,
  trim: `
    DELETE FROM push_devices WHERE endpoint IN (
      SELECT endpoint FROM push_devices JOIN sessions ON sessions.id = session_id WHERE sessions.user_id = :userId
      ORDER BY push_devices.created_at DESC, push_devices.rowid DESC LIMIT -1 OFFSET :max)`,
  recipients: `
    SELECT sessions.user_id AS userId, settings
    FROM push_devices JOIN sessions ON sessions.id = session_id JOIN users ON users.id = sessions.user_id
      LEFT JOIN notification_settings n ON n.user_id = users.id
    WHERE role = 'administrator'
      OR EXISTS (
        SELECT 1 FROM user_rights r WHERE r.user_id = users.id AND r.camera_id = :cameraId AND r.granted = :right)`,
  ofAdministrators: `
    ${SELECT} WHERE EXISTS (SELECT 1 FROM users u WHERE u.id = sessions.user_id AND u.role = 'administrator')`,
  ofUser: `${SELECT} WHERE sessions.user_id = ? ORDER BY push_devices.rowid`,
  remove: 'DELETE FROM push_devices WHERE endpoint = ?',
  ...settingsSql('notification_settings', 'user_id'),
});

export class NotificationQueries extends SettingsQueries<typeof NOTIFICATION_SETTINGS.shape> {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    const statements = prepareStatements(database, SQL);
    super(NOTIFICATION_SETTINGS, statements);
    this.#database = database;
    this.#statements = statements;
  }

  /** A browser in which another user has signed in since belongs to that user. */
  add(who: { userId: string; sessionId: string }, { endpoint, keys }: PushDevice, nowMs: number): void {
    const { p256dh, auth } = keys;
    inTransaction(this.#database, () => {
      this.#statements.add.run({ endpoint, sessionId: who.sessionId, p256dh, auth, nowMs });
      this.#statements.trim.run({ userId: who.userId, max: MAX_DEVICES });
    });
  }

  /** All users with a device who may see the camera's events. */
  recipients(cameraId: string): Recipient[] {
    const rows = this.#statements.recipients.all({ cameraId, right: 'events' satisfies Right });
    const byUser = new Map(rows.map(({ userId, settings }) => [String(userId), settings]));
    return [...byUser].map(([userId, json]) => ({
      userId,
      settings: readFields(NOTIFICATION_SETTINGS, json),
    }));
  }

  devicesOf(userId: string): StoredDevice[] {
    return this.#statements.ofUser.all(userId).map(deviceOf);
  }

  administratorDevices(): StoredDevice[] {
    return this.#statements.ofAdministrators.all().map(deviceOf);
  }

  remove(endpoint: string): void {
    this.#statements.remove.run(endpoint);
  }
}

export const NOTIFICATION_WORK = {
  add: 'action',
  recipients: 'long',
  devicesOf: 'quick',
  administratorDevices: 'long',
  remove: 'record',
  ...SETTINGS_WORK,
} as const satisfies WorkOf<NotificationQueries>;

export type NotificationStore = Shared<NotificationQueries, typeof NOTIFICATION_WORK>;

function deviceOf(row: Record<string, SQLOutputValue>): StoredDevice {
  return {
    endpoint: String(row['endpoint']),
    userId: String(row['userId']),
    keys: { p256dh: String(row['p256dh']), auth: String(row['auth']) },
  };
}
