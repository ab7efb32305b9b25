import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryText, webhookState, whatIsTold } from '../../../client/webhooks/webhook-text.ts';
import type { DeliveryView, WebhookView } from '../../../server/wire/webhook.ts';

const NOW = 1_800_000_000_000;

const webhook = (change: Partial<WebhookView> = {}): WebhookView => ({
  id: 'hook_1',
  name: 'House',
  url: 'http://house.test/',
  cameraIds: [],
  kinds: ['motion'],
  moment: 'started',
  enabled: true,
  createdAt: NOW,
  failingSince: null,
  ...change,
});

const delivery = (change: Partial<DeliveryView>): DeliveryView => ({
  id: 'msg_1',
  type: 'event.started',
  createdAt: NOW - 120_000,
  state: 'waiting',
  attempts: 0,
  nextAttemptAt: NOW,
  status: null,
  answer: null,
  ...change,
});

const nameOf = (id: string): string | undefined => ({ cam_1: 'Door', cam_2: 'Yard' })[id];

test('what is told is one sentence', () => {
  assert.equal(whatIsTold(webhook(), nameOf), 'Motion at all cameras, when it begins');
  assert.equal(
    whatIsTold(
      webhook({ kinds: ['motion', 'offline'], cameraIds: ['cam_1', 'cam_2', 'cam_9'], moment: 'ended' }),
      nameOf,
    ),
    'Motion, Not connected at Door, Yard, when it is over',
  );
  assert.match(whatIsTold(webhook({ cameraIds: ['cam_9'] }), nameOf), /no camera any more/);
});

test('a webhook that does not work says since when', () => {
  assert.equal(webhookState(webhook(), NOW), '');
  assert.equal(webhookState(webhook({ failingSince: NOW - 7_200_000 }), NOW), 'Nothing has arrived for 2 h');
  assert.equal(webhookState(webhook({ enabled: false, failingSince: NOW }), NOW), 'Turned off');
});

test('what became of a delivery is said with its tries and the last answer', () => {
  const how = (change: Partial<DeliveryView>): string => deliveryText(delivery(change), NOW).how;
  assert.equal(deliveryText(delivery({}), NOW).what, 'An event began, 2 min ago');
  assert.equal(how({}), 'On its way');
  assert.equal(how({ state: 'delivered', attempts: 1, status: 200 }), 'Arrived');
  assert.equal(how({ state: 'delivered', attempts: 3, status: 204 }), 'Arrived after 3 tries');
  assert.equal(
    how({ attempts: 2, status: 500, nextAttemptAt: NOW + 30_000 }),
    'Tried 2 times, answer 500; again in 30 s',
  );
  assert.equal(how({ attempts: 1, nextAttemptAt: NOW - 5 }), 'Tried once, no answer; again in 0 s');
  assert.equal(how({ state: 'failed', attempts: 9, status: null }), 'Given up after 9 tries: no answer');
});
