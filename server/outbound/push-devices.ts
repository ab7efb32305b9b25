/**
 * The devices that get push notifications.
 *
 * Invariants: a device belongs to a session and ends with it; the devices of administrators are known also while the
 * database cannot be read, because an alarm may be about it.
 */

import { createHash } from 'node:crypto';
import type { NotificationStore, StoredDevice } from './notification-store.ts';
import type { PushDevice } from '../wire/notification.ts';

/** Interval at which the devices for alarms are read: while data are lost, the database cannot be asked. */
const ALARM_DEVICES_MS = 5 * 60_000;

export class PushDevices {
  readonly #store: NotificationStore;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #administratorDevices: readonly StoredDevice[] = [];

  /** @param nowMs ms since the Unix epoch */
  constructor(store: NotificationStore, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
    this.#timer = setInterval(() => void this.#readAdministratorDevices(), ALARM_DEVICES_MS).unref();
    void this.#readAdministratorDevices();
  }

  /** The device is notified until the session ends. */
  async add(owner: { userId: string; sessionId: string }, device: PushDevice): Promise<void> {
    await this.#store.add(owner, device, this.#nowMs());
  }

  /** Ignores devices of other users. */
  async remove(userId: string, id: string): Promise<void> {
    const devices = this.of(userId).filter((device) => deviceId(device) === id);
    await Promise.all(devices.map((device) => this.removeGone(device)));
  }

  /** Its push service no longer has the device. */
  async removeGone({ endpoint }: StoredDevice): Promise<void> {
    await this.#store.remove(endpoint);
  }

  of(userId: string): StoredDevice[] {
    return this.#store.devicesOf(userId);
  }

  idsOf(userId: string): string[] {
    return this.of(userId).map(deviceId);
  }

  /** Whether it has not been removed, with its session or by itself. */
  isKnown({ userId, endpoint }: StoredDevice): boolean {
    return this.of(userId).some((device) => device.endpoint === endpoint);
  }

  /** Never throws: without the database, the devices that were last read. */
  async ofAdministrators(): Promise<readonly StoredDevice[]> {
    await this.#readAdministratorDevices();
    return this.#administratorDevices;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #readAdministratorDevices(): Promise<void> {
    try {
      this.#administratorDevices = await this.#store.administratorDevices();
    } catch {
      // The previously read devices are better than none.
    }
  }
}

/** A name for a device that, unlike its endpoint, does not allow sending to it. */
export function deviceId({ endpoint }: { endpoint: string }): string {
  return createHash('sha256').update(endpoint).digest('base64url');
}
