/**
 * Notifies users of events over every channel: selects those with the right and matching settings, and limits the rate.
 *
 * Invariants: no user is notified of a camera whose events they may not see when the notification is sent; callers
 * never wait; a channel that fails does not keep the others from notifying.
 */

import { monotonicMs, wallMs } from '../core/clock.ts';
import { machineTimeZone, wallTimeIn } from '../core/local-time.ts';
import { isWantedDetection } from '../core/outbound/detection-rules.ts';
import { payloadOf } from '../core/outbound/push-payload.ts';
import { isQuiet } from '../core/outbound/quiet-hours.ts';
import type { Log } from '../log.ts';
import { EVENT_KIND, type EventView } from '../wire/event.ts';
import type { NotificationSettings, PushPayload } from '../wire/notification.ts';
import { PAGE_PATHS } from '../wire/paths.ts';
import type { Right } from '../wire/rights.ts';
import type { Notification, NotificationChannel } from './notification-channel.ts';
import type { NotificationStore } from './notification-store.ts';

export interface NotifierOptions {
  store: Pick<NotificationStore, 'settingsOf' | 'setSettings'>;
  channels: readonly NotificationChannel[];
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

/** A user whom at least one channel reaches. */
interface Reached {
  settings: NotificationSettings;
  channels: NotificationChannel[];
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #steadyMs: () => number;
  readonly #timeZone: () => string;
  readonly #told = new Set<string>();
  /** Time of the last notification, by `user camera`. */
  readonly #lastMs = new Map<string, number>();
  #closed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'notifications' });
    this.#nowMs = options.nowMs ?? wallMs;
    this.#steadyMs = options.steadyMs ?? options.nowMs ?? monotonicMs;
    this.#timeZone = options.timeZone ?? machineTimeZone;
  }

  settingsOf(userId: string): NotificationSettings {
    return withDefaults(this.#options.store.settingsOf(userId));
  }

  async setSettings(userId: string, settings: NotificationSettings): Promise<void> {
    await this.#options.store.setSettings(userId, settings);
  }

  /** Notifies a user everywhere, at any hour, to show that it works. */
  test(userId: string): void {
    const payload = { title: 'Vigie', body: 'Notifications work on this device.', path: '/', tag: 'test' };
    for (const channel of this.#options.channels) channel.notify(userId, { payload });
  }

  /** To all administrators, whatever the hour and their choice. Never throws, never waits. */
  alarm(body: string): void {
    this.#notifyAdministrators({ title: 'Vigie', body, path: '/', tag: 'alarm' }, () => true);
  }

  /** To the administrators who have not turned it off, at any hour. Never throws, never waits. */
  security(body: string): void {
    const payload = { title: 'Vigie: security', body, path: PAGE_PATHS.audit, tag: 'security' };
    this.#notifyAdministrators(payload, (userId) => this.settingsOf(userId).security);
  }

  /** Called by the event log. Never throws, never waits. */
  onEvent(event: EventView): void {
    if (!this.#closed) void this.#tell(event);
  }

  /** Idempotent. No further event is notified. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#options.channels) channel.close();
  }

  #notifyAdministrators(payload: PushPayload, isWanted: (userId: string) => boolean): void {
    for (const channel of this.#options.channels)
      channel.notifyAdministrators({ payload }, isWanted).catch((error: unknown) => {
        this.#log.error({ err: error }, 'failed to notify administrators');
      });
  }

  async #tell(event: EventView): Promise<void> {
    const { id, cameraId, label, endedAtMs, startedAtMs } = event;
    // The end of an event is not notified, except for an event that is stored only once, at its end. A new label may match a
    // user's rule.
    const told = `${id} ${label}`;
    if (this.#told.has(told) || (endedAtMs !== null && endedAtMs !== startedAtMs)) return;
    this.#remember(told);
    const { nameOf, may } = this.#options;
    const name = nameOf(cameraId);
    if (name === undefined) return;
    for (const [userId, { settings, channels }] of await this.#reached(event)) {
      if (!this.#wants(userId, settings, event)) continue;
      const notification: Notification = {
        payload: payloadOf(event, name, may(userId, 'lookBack', cameraId)),
        isStillAllowed: () => may(userId, 'events', cameraId),
      };
      for (const channel of channels) await this.#isolated(event, () => channel.notify(userId, notification));
    }
  }

  /** By user id. A channel that cannot tell reaches nobody. */
  async #reached(event: EventView): Promise<Map<string, Reached>> {
    const reached = new Map<string, Reached>();
    for (const channel of this.#options.channels)
      await this.#isolated(event, async () => {
        for (const { userId, settings } of await channel.recipients(event.cameraId)) {
          const user = reached.get(userId) ?? { settings: withDefaults(settings), channels: [] };
          user.channels.push(channel);
          reached.set(userId, user);
        }
      });
    return reached;
  }

  /** Never throws. */
  async #isolated(event: EventView, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The server stopped during the look-up.
      if (this.#closed) return;
      this.#log.error({ err: error, eventId: event.id }, 'failed to notify of an event');
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

  #remember(told: string): void {
    this.#told.add(told);
    for (const oldest of this.#told) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(oldest);
    }
  }
}

function withDefaults(settings: Partial<NotificationSettings> | undefined): NotificationSettings {
  return {
    kinds: [...EVENT_KIND.options],
    cameraIds: [],
    detections: [],
    quiet: [],
    pauseSeconds: 60,
    security: true,
    ...settings,
  };
}
