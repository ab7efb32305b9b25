/**
 * Notifies users' devices of events: selects the users with the right and matching settings, and limits the rate.
 *
 * Invariants: no user is notified of a camera whose events they may not see when it is sent; a device has one notification
 * under way and the newest waiting, whatever its push service does; callers never wait.
 */

import { createHash } from 'node:crypto';
import { monotonicMs, wallMs } from '../core/clock.ts';
import { machineTimeZone, wallTimeIn } from '../core/local-time.ts';
import { isWantedDetection } from '../core/outbound/detection-rules.ts';
import { payloadOf } from '../core/outbound/push-payload.ts';
import { isQuiet } from '../core/outbound/quiet-hours.ts';
import type { Log } from '../log.ts';
import type { NotificationStore, StoredDevice } from './notification-store.ts';
import { EVENT_KIND, type EventView } from '../wire/event.ts';
import type {
  NotificationSettings,
  NotificationsView,
  PushDevice,
  PushPayload,
} from '../wire/notification.ts';
import { PAGE_PATHS } from '../wire/paths.ts';
import type { Right } from '../wire/rights.ts';
import type { PushOutcome } from './push-sender.ts';

/** Sends one push notification to one device. */
export interface NotificationSender {
  readonly publicKey: string;
  send(device: PushDevice, payload: PushPayload): Promise<PushOutcome>;
}

export interface PushNotifierOptions {
  store: NotificationStore;
  sender: NotificationSender;
  /** Whether the user has the right now. */
  may: (userId: string, right: Right, cameraId: string) => boolean;
  /** Undefined for a removed camera. */
  nameOf: (cameraId: string) => string | undefined;
  log: Log;
  /** ms since the Unix epoch. */
  nowMs?: () => number;
  /** The monotonic clock, ms. */
  steadyMs?: () => number;
  /** Time zone of the quiet hours, IANA; default: the machine's. */
  timeZone?: () => string;
}

/** Interval at which the devices for alarms are read: while data are lost, the database cannot be asked. */
const ALARM_DEVICES_MS = 5 * 60_000;
/** Notified events, each by id and label, so that an update of an event is not a second notification. */
const MAX_REMEMBERED = 500;

interface Message {
  payload: PushPayload;
  /** The camera whose events it is about; undefined: about none. */
  cameraId?: string;
}

interface Line {
  busy: boolean;
  waiting: Message | undefined;
}

export class PushNotifier {
  readonly #options: PushNotifierOptions;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #steadyMs: () => number;
  readonly #timeZone: () => string;
  readonly #told = new Set<string>();
  /** Time of the last notification, by `user camera`. */
  readonly #lastMs = new Map<string, number>();
  /** By endpoint. */
  readonly #lines = new Map<string, Line>();
  readonly #alarmDevicesTimer: NodeJS.Timeout;
  #alarmDevices: readonly StoredDevice[] = [];
  #closed = false;

  constructor(options: PushNotifierOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'push' });
    this.#nowMs = options.nowMs ?? wallMs;
    this.#steadyMs = options.steadyMs ?? options.nowMs ?? monotonicMs;
    this.#timeZone = options.timeZone ?? machineTimeZone;
    this.#alarmDevicesTimer = setInterval(() => void this.#loadAlarmDevices(), ALARM_DEVICES_MS).unref();
    void this.#loadAlarmDevices();
  }

  viewOf(userId: string): NotificationsView {
    const { store, sender } = this.#options;
    return {
      settings: this.settingsOf(userId),
      publicKey: sender.publicKey,
      deviceIds: store.devicesOf(userId).map(deviceId),
    };
  }

  settingsOf(userId: string): NotificationSettings {
    return { ...defaultSettings(), ...this.#options.store.settingsOf(userId) };
  }

  async setSettings(userId: string, settings: NotificationSettings): Promise<void> {
    await this.#options.store.setSettings(userId, settings);
  }

  /** The device is notified until the session ends. */
  async addDevice(who: { userId: string; sessionId: string }, device: PushDevice): Promise<void> {
    await this.#options.store.add(who, device, this.#nowMs());
  }

  /** Ignores devices of other users. */
  async removeDevice(userId: string, id: string): Promise<void> {
    const { store } = this.#options;
    const devices = store.devicesOf(userId).filter((device) => deviceId(device) === id);
    await Promise.all(devices.map(({ endpoint }) => store.remove(endpoint)));
  }

  /** Notifies all devices of a user, at any hour, to show that it works. */
  test(userId: string): void {
    const payload = { title: 'Vigie', body: 'Notifications work on this device.', path: '/', tag: 'test' };
    for (const device of this.#options.store.devicesOf(userId)) this.#put(device, { payload });
  }

  /** To all devices of all administrators, whatever the hour and their choice. Never throws, never waits. */
  alarm(body: string): void {
    void this.#alarm({ title: 'Vigie', body, path: '/', tag: 'alarm' });
  }

  /** To all devices of administrators who have not turned it off, at any hour. Never throws, never waits. */
  security(body: string): void {
    const payload = { title: 'Vigie: security', body, path: PAGE_PATHS.audit, tag: 'security' };
    void this.#alarm(payload, ({ userId }) => this.settingsOf(userId).security);
  }

  /** Called by the event log. Never throws, never waits. */
  onEvent(event: EventView): void {
    if (this.#closed) return;
    this.#tell(event).catch((error: unknown) => {
      // The server stopped during the look-up.
      if (this.#closed) return;
      this.#log.error({ err: error, eventId: event.id }, 'failed to notify of an event');
    });
  }

  /** Idempotent. No further event is notified. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#alarmDevicesTimer);
  }

  async #alarm(
    payload: PushPayload,
    isWanted: (device: StoredDevice) => boolean = () => true,
  ): Promise<void> {
    await this.#loadAlarmDevices();
    try {
      for (const device of this.#alarmDevices) if (isWanted(device)) this.#put(device, { payload });
    } catch (error) {
      this.#log.error({ err: error }, 'failed to notify administrators');
    }
  }

  async #loadAlarmDevices(): Promise<void> {
    try {
      this.#alarmDevices = await this.#options.store.administratorDevices();
    } catch {
      // Those that are known are better than none.
    }
  }

  async #tell(event: EventView): Promise<void> {
    const { id, cameraId, label, endedAtMs, startedAtMs } = event;
    // The end of an event is not notified, except for an event that is stored only once, at its end.
    // With another label it may be what somebody waits for.
    const told = `${id} ${label}`;
    if (this.#told.has(told) || (endedAtMs !== null && endedAtMs !== startedAtMs)) return;
    this.#remember(told);
    const { store, nameOf, may } = this.#options;
    const name = nameOf(cameraId);
    if (name === undefined) return;
    for (const { userId, settings } of await store.recipients(cameraId)) {
      if (!this.#wants(userId, { ...defaultSettings(), ...settings }, event)) continue;
      // Looked up now, because a user may have signed out meanwhile.
      const payload = payloadOf(event, name, may(userId, 'lookBack', cameraId));
      for (const device of store.devicesOf(userId)) this.#put(device, { payload, cameraId });
    }
  }

  #wants(userId: string, settings: NotificationSettings, event: EventView): boolean {
    const { cameraId, kind } = event;
    const { kinds, cameraIds, quiet, pauseSeconds, detections } = settings;
    if (!kinds.includes(kind) || (cameraIds.length > 0 && !cameraIds.includes(cameraId))) return false;
    if (!this.#options.may(userId, 'events', cameraId) || isQuiet(quiet, this.#timeZone(), this.#nowMs()))
      return false;
    if (!isWantedDetection(detections, event, wallTimeIn(this.#timeZone(), this.#nowMs()))) return false;
    const nowMs = this.#steadyMs();
    const key = `${userId} ${cameraId}`;
    if (nowMs - (this.#lastMs.get(key) ?? -Infinity) < pauseSeconds * 1000) return false;
    this.#lastMs.set(key, nowMs);
    return true;
  }

  #put(device: StoredDevice, message: Message): void {
    const line = this.#lines.get(device.endpoint) ?? { busy: false, waiting: undefined };
    this.#lines.set(device.endpoint, line);
    line.waiting = message;
    if (!line.busy) void this.#run(device, line);
  }

  async #run(device: StoredDevice, line: Line): Promise<void> {
    line.busy = true;
    try {
      for (let message = line.waiting; message; message = line.waiting) {
        line.waiting = undefined;
        if (!this.#isStillWanted(device, message)) continue;
        const outcome = await this.#options.sender.send(device, message.payload);
        if (outcome === 'gone') await this.#options.store.remove(device.endpoint);
        if (outcome !== 'sent')
          this.#log.info({ userId: device.userId, outcome }, 'notification not delivered');
      }
    } catch (error) {
      this.#log.warn({ err: error, userId: device.userId }, 'failed to send a notification');
    } finally {
      this.#lines.delete(device.endpoint);
    }
  }

  /** It may have waited long for the one before, while a right or a sign-in ended. */
  #isStillWanted({ userId, endpoint }: StoredDevice, { cameraId }: Message): boolean {
    if (cameraId === undefined) return true;
    const { store, may } = this.#options;
    return (
      may(userId, 'events', cameraId) &&
      store.devicesOf(userId).some((device) => device.endpoint === endpoint)
    );
  }

  #remember(told: string): void {
    this.#told.add(told);
    for (const oldest of this.#told) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(oldest);
    }
  }
}

/** A name for a device that, unlike its endpoint, does not allow sending to it. */
export function deviceId({ endpoint }: { endpoint: string }): string {
  return createHash('sha256').update(endpoint).digest('base64url');
}

function defaultSettings(): NotificationSettings {
  return {
    kinds: [...EVENT_KIND.options],
    cameraIds: [],
    detections: [],
    quiet: [],
    pauseSeconds: 60,
    security: true,
  };
}
