/**
 * The queue of each device: sends its notifications one after the other.
 *
 * Invariants: a device has one notification under way and the newest waiting, whatever its push service does; a
 * notification is not sent once its user has lost the right or the sign-in; callers never wait.
 */

import type { Log } from '../log.ts';
import type { PushDevice, PushPayload } from '../wire/notification.ts';
import type { StoredDevice } from './notification-store.ts';
import type { PushOutcome } from './push-sender.ts';

/** Sends one push notification to one device. */
export interface NotificationSender {
  readonly publicKey: string;
  send(device: PushDevice, payload: PushPayload): Promise<PushOutcome>;
}

export interface PushMessage {
  payload: PushPayload;
  /** The camera whose events it is about; undefined: about none. */
  cameraId?: string;
}

export interface PushQueuesOptions {
  sender: NotificationSender;
  isStillWanted: (device: StoredDevice, message: PushMessage) => boolean;
  /** The push service knows the device no longer. */
  onGone: (device: StoredDevice) => Promise<void>;
  log: Log;
}

interface DeviceQueue {
  isSending: boolean;
  waiting: PushMessage | undefined;
}

export class PushQueues {
  readonly #options: PushQueuesOptions;
  /** By endpoint. */
  readonly #queues = new Map<string, DeviceQueue>();

  constructor(options: PushQueuesOptions) {
    this.#options = options;
  }

  /** Replaces a message that waits. */
  put(device: StoredDevice, message: PushMessage): void {
    const queue = this.#queues.get(device.endpoint) ?? { isSending: false, waiting: undefined };
    this.#queues.set(device.endpoint, queue);
    queue.waiting = message;
    if (!queue.isSending) void this.#run(device, queue);
  }

  async #run(device: StoredDevice, queue: DeviceQueue): Promise<void> {
    const { sender, isStillWanted, onGone, log } = this.#options;
    queue.isSending = true;
    try {
      for (let message = queue.waiting; message; message = queue.waiting) {
        queue.waiting = undefined;
        if (!isStillWanted(device, message)) continue;
        const outcome = await sender.send(device, message.payload);
        if (outcome === 'gone') await onGone(device);
        if (outcome !== 'sent') log.info({ userId: device.userId, outcome }, 'notification not delivered');
      }
    } catch (error) {
      log.warn({ err: error, userId: device.userId }, 'failed to send a notification');
    } finally {
      this.#queues.delete(device.endpoint);
    }
  }
}
