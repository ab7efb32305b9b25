/** The channel of Web Push: a user's devices, each with its queue. */

import type { Log } from '../log.ts';
import type { Notification, NotificationChannel, Recipient } from './notification-channel.ts';
import type { NotificationStore } from './notification-store.ts';
import { PushDevices } from './push-devices.ts';
import { PushQueues } from './push-queues.ts';
import type { PushSender } from './push-sender.ts';

export interface PushChannelOptions {
  store: NotificationStore;
  sender: Pick<PushSender, 'publicKey' | 'send' | 'close'>;
  log: Log;
  /** ms since the Unix epoch. */
  nowMs: () => number;
}

export class PushChannel implements NotificationChannel {
  /** The server's VAPID key, base64url: browsers subscribe with it. */
  readonly publicKey: string;
  readonly devices: PushDevices;
  readonly #options: PushChannelOptions;
  readonly #queues: PushQueues;

  constructor(options: PushChannelOptions) {
    const { store, sender, log, nowMs } = options;
    this.#options = options;
    this.publicKey = sender.publicKey;
    this.devices = new PushDevices(store, nowMs);
    this.#queues = new PushQueues({ sender, devices: this.devices, log: log.child({ component: 'push' }) });
  }

  recipients(cameraId: string): Promise<Recipient[]> {
    return this.#options.store.recipients(cameraId);
  }

  notify(userId: string, notification: Notification): void {
    for (const device of this.devices.of(userId)) this.#queues.put(device, notification);
  }

  async notifyAdministrators(
    notification: Notification,
    isWanted: (userId: string) => boolean,
  ): Promise<void> {
    for (const device of await this.devices.ofAdministrators())
      if (isWanted(device.userId)) this.#queues.put(device, notification);
  }

  close(): void {
    this.devices.close();
    this.#options.sender.close();
  }
}
