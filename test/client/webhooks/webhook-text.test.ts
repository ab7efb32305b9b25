import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryText, webhookState, webhookSummary } from '../../../client/webhooks/webhook-text.ts';
import type { DeliveryView, WebhookView } from '../../../server/wire/webhook.ts';

const NOW = 1_800_000_000_000;

const webhook = (change: Partial<WebhookView> = {}): WebhookView => ({
  id: 'hook_1',
  name: 'House',
  url: 'http://house.test/',
  cameraIds: [],
  labels: [],
  kinds: ['motion'],
  moment: 'started',
  enabled: true,
  createdAtMs: NOW,
  failingSinceMs: null,
  ...change,
});

const delivery = (change: Partial<DeliveryView>): DeliveryView => ({
  id: 'msg_1',
  type: 'event.started',
  createdAtMs: NOW - 120_000,
  state: 'waiting',
  attempts: 0,
  nextAttemptAtMs: NOW,
  status: null,
  answer: null,
  ...change,
});

const nameOf = (id: string): string | undefined => ({ cam_1: 'Door', cam_2: 'Yard' })[id];

test('a webhook is summarized in one line', () => {
  assert.equal(webhookSummary(webhook(), nameOf), 'Motion · all cameras · at the start');
  assert.equal(
    webhookSummary(
      webhook({ kinds: ['motion', 'offline'], cameraIds: ['cam_1', 'cam_2', 'cam_9'], moment: 'ended' }),
      nameOf,
    ),
    'Motion, Camera offline · Door, Yard · at the end',
  );
  assert.match(webhookSummary(webhook({ cameraIds: ['cam_9'] }), nameOf), /no cameras/);
});

test('a failing webhook shows since when', () => {
  assert.equal(webhookState(webhook(), NOW), '');
  assert.equal(webhookState(webhook({ failingSinceMs: NOW - 7_200_000 }), NOW), 'Failing for 2 h');
  assert.equal(webhookState(webhook({ enabled: false, failingSinceMs: NOW }), NOW), 'Turned off');
});

test('a delivery shows its outcome, attempts and last answer', () => {
  const how = (change: Partial<DeliveryView>): string => deliveryText(delivery(change), NOW).how;
  assert.equal(deliveryText(delivery({}), NOW).what, 'Event started, 2 min ago');
  assert.equal(how({}), 'Sending');
  assert.equal(how({ state: 'delivered', attempts: 1, status: 200 }), 'Delivered');
  assert.equal(how({ state: 'delivered', attempts: 3, status: 204 }), 'Delivered after 3 attempts');
  assert.equal(
    how({ attempts: 2, status: 500, nextAttemptAtMs: NOW + 30_000 }),
    '2 attempts, HTTP status 500; next attempt in 30 s',
  );
  assert.equal(how({ attempts: 1, nextAttemptAtMs: NOW - 5 }), '1 attempt, no answer; next attempt in 0 s');
  assert.equal(how({ state: 'failed', attempts: 9, status: null }), 'Failed after 9 attempts: no answer');
});
