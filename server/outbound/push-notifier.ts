/**
 * Notifies users' devices of events: selects the users with the right and matching settings, and limits the rate.
 *
 * Invariants: no user is notified of a camera whose events they may not see when the notification is sent; callers
 * never wait.
 */

import { monotonicMs, wallMs } from '../core/clock.ts';
import { machineTimeZone, wallTimeIn } from '../core/local-time.ts';
import { isWantedDetection } from '../core/outbound/detection-rules.ts';
import { payloadOf } from '../core/outbound/push-payload.ts';
import { isQuiet } from '../core/outbound/quiet-hours.ts';
import type { Log } from '../log.ts';
import type { EventView } from '../wire/event.ts';
import type { NotificationSettings, PushPayload } from '../wire/notification.ts';
import { PAGE_PATHS } from '../wire/paths.ts';
import type { Right } from '../wire/rights.ts';
import type { NotificationStore, StoredDevice } from './notification-store.ts';
import { PushDevices } from './push-devices.ts';
import { PushQueues, type NotificationSender, type PushMessage } from './push-queues.ts';

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

/** Notified events, each by id and label, so that an update of an event is not a second notification. */
const MAX_REMEMBERED = 500;

export class PushNotifier {
  readonly devices: PushDevices;
  readonly #options: PushNotifierOptions;
  readonly #queues: PushQueues;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #steadyMs: () => number;
  readonly #timeZone: () => string;
  readonly #told = new Set<string>();
  /** Time of the last notification, by `user camera`. */
  readonly #lastMs = new Map<string, number>();
  #closed = false;

  constructor(options: PushNotifierOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'push' });
    this.#nowMs = options.nowMs ?? wallMs;
    this.#steadyMs = options.steadyMs ?? options.nowMs ?? monotonicMs;
    this.#timeZone = options.timeZone ?? machineTimeZone;
    const { store, sender } = options;
    this.devices = new PushDevices(store, sender.publicKey, this.#nowMs);
    this.#queues = new PushQueues({
      sender,
      isStillWanted: (device, message) => this.#isStillWanted(device, message),
      onGone: (device) => this.devices.removeGone(device),
      log: this.#log,
    });
  }

  /** Notifies all devices of a user, at any hour, to show that it works. */
  test(userId: string): void {
    const payload = { title: 'Vigie', body: 'Notifications work on this device.', path: '/', tag: 'test' };
    for (const device of this.devices.of(userId)) this.#queues.put(device, { payload });
  }

  /** To all devices of all administrators, whatever the hour and their choice. Never throws, never waits. */
  alarm(body: string): void {
    void this.#alarm({ title: 'Vigie', body, path: '/', tag: 'alarm' });
  }

  /** To all devices of administrators who have not turned it off, at any hour. Never throws, never waits. */
  security(body: string): void {
    const payload = { title: 'Vigie: security', body, path: PAGE_PATHS.audit, tag: 'security' };
    void this.#alarm(payload, ({ userId }) => this.devices.settingsOf(userId).security);
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
    this.devices.close();
  }

  async #alarm(
    payload: PushPayload,
    isWanted: (device: StoredDevice) => boolean = () => true,
  ): Promise<void> {
    const devices = await this.devices.ofAdministrators();
    try {
      for (const device of devices) if (isWanted(device)) this.#queues.put(device, { payload });
    } catch (error) {
      this.#log.error({ err: error }, 'failed to notify administrators');
    }
  }

  async #tell(event: EventView): Promise<void> {
    const { id, cameraId, label, endedAtMs, startedAtMs } = event;
    // The end of an event is not notified, except for an event that is stored only once, at its end.
    // With another label it may be what somebody waits for.
    const told = `${id} ${label}`;
    if (this.#told.has(told) || (endedAtMs !== null && endedAtMs !== startedAtMs)) return;
    this.#remember(told);
    const { nameOf, may } = this.#options;
    const name = nameOf(cameraId);
    if (name === undefined) return;
    for (const { userId, settings } of await this.devices.recipients(cameraId)) {
      if (!this.#wants(userId, settings, event)) continue;
      // Looked up now, because a user may have signed out meanwhile.
      const payload = payloadOf(event, name, may(userId, 'lookBack', cameraId));
      for (const device of this.devices.of(userId)) this.#queues.put(device, { payload, cameraId });
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

  /** It may have waited long for the one before, while a right or a sign-in ended. */
  #isStillWanted({ userId, endpoint }: StoredDevice, { cameraId }: PushMessage): boolean {
    if (cameraId === undefined) return true;
    return (
      this.#options.may(userId, 'events', cameraId) &&
      this.devices.of(userId).some((device) => device.endpoint === endpoint)
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
