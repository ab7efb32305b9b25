/**
 * The queue of each device: sends its notifications one after the other.
 *
 * Invariants: a device has one notification in flight and the newest waiting, whatever its push service does; a
 * notification is not sent once its user has lost the right or the sign-in; callers never wait.
 */

import type { Log } from '../log.ts';
import type { Notification } from './notification-channel.ts';
import type { StoredDevice } from './notification-store.ts';
import type { PushDevices } from './push-devices.ts';
import type { PushSender } from './push-sender.ts';

export interface PushQueuesOptions {
  sender: Pick<PushSender, 'send'>;
  devices: Pick<PushDevices, 'isKnown' | 'removeGone'>;
  log: Log;
}

interface DeviceQueue {
  isSending: boolean;
  waiting: Notification | undefined;
}

export class PushQueues {
  readonly #options: PushQueuesOptions;
  /** By endpoint. */
  readonly #queues = new Map<string, DeviceQueue>();

  constructor(options: PushQueuesOptions) {
    this.#options = options;
  }

  /** Replaces one that waits. */
  put(device: StoredDevice, notification: Notification): void {
    const queue = this.#queues.get(device.endpoint) ?? { isSending: false, waiting: undefined };
    this.#queues.set(device.endpoint, queue);
    queue.waiting = notification;
    if (!queue.isSending) void this.#run(device, queue);
  }

  async #run(device: StoredDevice, queue: DeviceQueue): Promise<void> {
    const { sender, devices, log } = this.#options;
    queue.isSending = true;
    try {
      for (let next = queue.waiting; next; next = queue.waiting) {
        queue.waiting = undefined;
        const { payload, isStillAllowed } = next;
        if (isStillAllowed && !(isStillAllowed() && devices.isKnown(device))) continue;
        const outcome = await sender.send(device, payload);
        if (outcome === 'gone') await devices.removeGone(device);
        if (outcome !== 'sent') log.info({ userId: device.userId, outcome }, 'notification not delivered');
      }
    } catch (error) {
      log.warn({ err: error, userId: device.userId }, 'failed to send a notification');
    } finally {
      this.#queues.delete(device.endpoint);
    }
  }
}
