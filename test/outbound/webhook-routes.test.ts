import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryView, WebhookView, WebhookWithSecret } from '../../server/wire/webhook.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const HOOK = { name: 'House', url: 'http://house.test/hook', kinds: ['motion'] };

test('a webhook is added, shown without its secret, changed and removed', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const added = await admin.call<WebhookWithSecret>('POST', '/api/webhooks', { body: HOOK });
  assert.equal(added.status, 201);
  const { secret, ...view } = added.body;
  assert.match(secret, /^whsec_[\w+/]{43}=$/);
  assert.deepEqual(
    [view.cameraIds, view.moment, view.enabled, view.failingSinceMs],
    [[], 'started', true, null],
  );
  assert.deepEqual((await admin.call<WebhookView[]>('GET', '/api/webhooks')).body, [view]);
  const path = `/api/webhooks/${view.id}`;
  const changed = await admin.call<WebhookView>('PUT', path, { body: { ...HOOK, enabled: false } });
  assert.deepEqual(changed.body, { ...view, enabled: false });
  assert.equal((await admin.call('POST', `${path}/test`)).status, 204);
  const { body: deliveries } = await admin.call<DeliveryView[]>('GET', `${path}/deliveries`);
  assert.deepEqual(
    deliveries.map(({ type, state }) => [type, state]),
    [['test', 'waiting']],
  );
  assert.equal((await admin.call('POST', `${path}/deliveries/${deliveries[0]?.id}/again`)).status, 204);
  const renewed = await admin.call<WebhookWithSecret>('POST', `${path}/secret`);
  assert.notEqual(renewed.body.secret, secret);
  assert.equal((await admin.call('DELETE', path)).status, 204);
  for (const [method, gone] of [
    ['DELETE', path],
    ['GET', `${path}/deliveries`],
    ['POST', `${path}/test`],
    ['POST', `${path}/secret`],
  ] as const)
    assert.equal((await admin.call(method, gone)).status, 404, gone);
});

test('an invalid webhook is refused', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  for (const change of [
    { name: '' },
    { name: 'x'.repeat(65) },
    { url: 'house.test' },
    { url: 'ftp://house.test/' },
    { url: 'file:///etc/passwd' },
    { url: 'http://user:word@house.test/' },
    { url: `http://house.test/${'x'.repeat(2048)}` },
    { kinds: [] },
    { kinds: ['fire'] },
    { moment: 'sometimes' },
    { enabled: 'yes' },
    { cameraIds: [1] },
    { secret: 'mine' },
  ]) {
    const { status } = await admin.call('POST', '/api/webhooks', { body: { ...HOOK, ...change } });
    assert.equal(status, 'url' in change && change.url.length <= 2048 ? 422 : 400, JSON.stringify(change));
  }
  for (let n = 0; n < 20; n++)
    assert.equal((await admin.call('POST', '/api/webhooks', { body: HOOK })).status, 201);
  assert.equal((await admin.call('POST', '/api/webhooks', { body: HOOK })).status, 409);
});

test('webhooks are for administrators', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const { id } = (await admin.call<WebhookView>('POST', '/api/webhooks', { body: HOOK })).body;
  const password = 'a password of her own';
  await admin.call('POST', '/api/users', { body: { username: 'anna', password, role: 'viewer' } });
  const anna = await ApiClient.signedIn(server, 'anna', password);
  for (const [method, path] of [
    ['GET', ''],
    ['POST', ''],
    ['PUT', `/${id}`],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/secret`],
    ['POST', `/${id}/test`],
    ['GET', `/${id}/deliveries`],
  ] as const) {
    assert.equal((await anna.call(method, `/api/webhooks${path}`)).status, 403, `${method} ${path}`);
    assert.equal((await new ApiClient(server).call(method, `/api/webhooks${path}`)).status, 401);
  }
});
