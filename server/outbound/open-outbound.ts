/** Opens the outbound side of events: webhooks to other programs, push notifications to devices. */

import type { KnownCameras } from '../core/cameras.ts';
import type { SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { EventView } from '../wire/event.ts';
import type { HealthProblem } from '../wire/health.ts';
import type { NotificationStore } from './notification-store.ts';
import { Notifier, type NotifierOptions } from './notifier.ts';
import { PushChannel } from './push-channel.ts';
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
  may: NotifierOptions['may'];
  log: Log;
  time: SiteTime;
  /** Time zone of quiet hours, IANA. */
  timeZone: () => string;
  /** Path under which a proxy serves the app; empty: there is none. */
  basePath: string;
}

export interface Outbound {
  webhooks: Webhooks;
  notifier: Notifier;
  push: PushChannel;
  /** Called after the event is stored. */
  onEvent(event: EventView): void;
  /** Data were lost or damaged; empty: all is well again. */
  onHealth(problems: readonly HealthProblem[]): void;
  close(): void;
}

export function openOutbound(options: OpenOutboundOptions): Outbound {
  const { store, may, log, time, timeZone, basePath } = options;
  const nowMs = (): number => time.nowMs();
  const steadyMs = (): number => time.nowUs() / 1000;
  const webhooks = new Webhooks({ store: store.webhooks, log, nowMs, basePath });
  const sender = new PushSender({ secret: store.secrets.get('push') });
  const push = new PushChannel({ store: store.notifications, sender, log, nowMs });
  const notifier = new Notifier({
    store: store.notifications,
    channels: [push],
    may,
    nameOf: (cameraId) => store.cameras.find(cameraId)?.name,
    log,
    nowMs,
    steadyMs,
    timeZone,
  });
  return {
    webhooks,
    notifier,
    push,
    onEvent: (event) => {
      // Its deliveries were queued in the same transaction.
      webhooks.wake();
      notifier.onEvent(event);
    },
    onHealth: (problems) => {
      if (problems.length > 0)
        notifier.alarm(
          'The server’s data are lost or damaged. Sign in to see what to do. Live video continues.',
        );
    },
    close: () => {
      webhooks.close();
      notifier.close();
    },
  };
}
