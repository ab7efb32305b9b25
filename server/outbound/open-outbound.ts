/** What is sent out when something happens, put together: messages to other programs, notifications to people's devices. */

import type { KnownCameras } from '../core/cameras.ts';
import type { Log } from '../log.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { EventView } from '../wire/event.ts';
import type { HealthProblem } from '../wire/health.ts';
import type { NotificationStore } from './notification-store.ts';
import { PushNotifier, type PushNotifierOptions } from './push-notifier.ts';
import { PushSender } from './push-sender.ts';
import type { WebhookStore } from './webhook-store.ts';
import { Webhooks } from './webhooks.ts';

export interface OpenOutboundOptions {
  store: {
    cameras: Pick<KnownCameras, 'find'>;
    notifications: NotificationStore;
    secrets: SecretStore;
    webhooks: WebhookStore;
  };
  mayWatch: PushNotifierOptions['mayWatch'];
  log: Log;
}

export interface Outbound {
  webhooks: Webhooks;
  notifier: PushNotifier;
  /** After it is stored. */
  onEvent(event: EventView): void;
  /** Data were lost or damaged; empty: all is well again. */
  onHealth(problems: readonly HealthProblem[]): void;
  close(): void;
}

export function openOutbound({ store, mayWatch, log }: OpenOutboundOptions): Outbound {
  const webhooks = new Webhooks({ store: store.webhooks, log });
  const sender = new PushSender({ secret: store.secrets.get('push') });
  const notifier = new PushNotifier({
    store: store.notifications,
    way: sender,
    mayWatch,
    nameOf: (cameraId) => store.cameras.find(cameraId)?.name,
    log,
  });
  return {
    webhooks,
    notifier,
    onEvent: (event) => {
      // Its messages were queued with it.
      webhooks.wake();
      notifier.onEvent(event);
    },
    onHealth: (problems) => {
      if (problems.length > 0)
        notifier.alarm(
          'The server’s data are lost or damaged. Sign in to see what to do. Live video goes on.',
        );
    },
    close: () => {
      webhooks.close();
      notifier.close();
      sender.close();
    },
  };
}
