import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../server/log.ts';
import type { StoredDelivery, WebhookStore } from '../../server/outbound/webhook-store.ts';
import { Webhooks } from '../../server/outbound/webhooks.ts';
import type { WebhookView } from '../../server/wire/webhook.ts';
import { Receiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

test('a delivery whose outcome cannot be stored is not sent again at once, and other webhooks continue', async (context) => {
  const receiver = await Receiver.start();
  context.after(() => receiver.close());
  const due = new Map<string, StoredDelivery>();
  const queue = (webhookId: string): void => {
    due.set(webhookId, { id: webhookId, webhookId, body: '{}', attempts: 0 });
  };
  let failures = 0;
  const store: Partial<WebhookStore> = {
    nextAttemptAtMs: () => (due.size > 0 ? 0 : null),
    due: () => [...due.values()],
    find: (id) => ({ id, url: receiver.url }) as WebhookView,
    secretOf: () => Buffer.alloc(32),
    setFailing: () => Promise.resolve(),
    attempted: (id) => {
      if (id === 'broken') {
        failures++;
        return Promise.reject(new Error('the disk is full'));
      }
      due.delete(id);
      return Promise.resolve();
    },
  };
  const webhooks = new Webhooks({ store: store as WebhookStore, log: createLog('silent') });
  context.after(() => webhooks.close());
  const received = (id: string): number =>
    receiver.received.filter(({ headers }) => headers['webhook-id'] === id).length;
  queue('broken');
  webhooks.wake();
  await until('its outcome was not stored', () => failures === 1);
  for (const id of ['first', 'second', 'third']) {
    queue(id);
    webhooks.wake();
    await until('another webhook is served', () => received(id) === 1);
  }
  assert.equal(received('broken'), 1);
});
