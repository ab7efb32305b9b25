import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { NotificationsView, PushDevice } from '../../server/wire/notification.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const PATH = '/api/notifications';

function device(name = 'phone'): PushDevice {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  return {
    endpoint: `https://push.example/${name}`,
    keys: { p256dh: keys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
  };
}

test('only its owner adds and removes a device', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  await admin.call('POST', '/api/users', {
    body: { username: 'ben', password: 'battery staple', role: 'viewer' },
  });
  const ben = await ApiClient.signedIn(server, 'ben', 'battery staple');
  const added = await ben.call<NotificationsView>('POST', `${PATH}/devices`, {
    body: { ...device(), expirationTime: null },
  });
  assert.equal(added.status, 201);
  const [id = assert.fail('no device')] = added.body.deviceIds;
  assert.ok(!JSON.stringify(added.body).includes('push.example'));
  assert.deepEqual((await admin.call<NotificationsView>('GET', PATH)).body.deviceIds, []);
  await admin.call('DELETE', `${PATH}/devices/${id}`);
  assert.deepEqual((await ben.call<NotificationsView>('GET', PATH)).body.deviceIds, [id]);
  assert.equal((await ben.call('DELETE', `${PATH}/devices/${id}`)).status, 204);
  assert.deepEqual((await ben.call<NotificationsView>('GET', PATH)).body.deviceIds, []);
});

test('sign-out, a new password and removal of the account each remove the device', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const { body: user } = await admin.call<{ id: string }>('POST', '/api/users', {
    body: { username: 'ben', password: 'battery staple', role: 'viewer' },
  });
  const endings: [name: string, password: string, end: (ben: ApiClient) => Promise<unknown>][] = [
    ['signing out', 'battery staple', (ben) => ben.call('POST', '/api/auth/logout')],
    [
      'a new password',
      'battery staple',
      () => admin.call('PATCH', `/api/users/${user.id}`, { body: { password: 'horse battery' } }),
    ],
    ['removal of the account', 'horse battery', () => admin.call('DELETE', `/api/users/${user.id}`)],
  ];
  for (const [name, password, end] of endings) {
    const ben = await ApiClient.signedIn(server, 'ben', password);
    assert.equal((await ben.call('POST', `${PATH}/devices`, { body: device() })).status, 201, name);
    assert.equal(server.store.notifications.devicesOf(user.id).length, 1);
    await end(ben);
    assert.equal(server.store.notifications.devicesOf(user.id).length, 0, name);
  }
});

test('notification settings are stored', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const before = await admin.call<NotificationsView>('GET', PATH);
  assert.deepEqual(before.body.settings.kinds, ['motion', 'offline', 'off', 'detection']);
  assert.equal(before.body.settings.security, true);
  const settings = {
    kinds: ['motion'],
    cameraIds: ['cam_1'],
    detections: [],
    quiet: [{ days: [0, 6], from: '22:00', to: '07:00' }],
    pauseSeconds: 300,
    security: false,
  };
  const { status, body } = await admin.call<NotificationsView>('PUT', PATH, { body: settings });
  assert.deepEqual([status, body.settings], [200, settings]);
  assert.deepEqual((await admin.call<NotificationsView>('GET', PATH)).body.settings, settings);
});

test('an invalid device and invalid settings are refused', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const good = device();
  const offCurve = Buffer.from(good.keys.p256dh, 'base64url');
  offCurve[64] = (offCurve[64] ?? 0) ^ 1;
  for (const change of [
    { endpoint: 'http://push.example/phone' },
    { endpoint: 'push.example' },
    { endpoint: 'https://user:word@push.example/' },
    { endpoint: `https://push.example/${'x'.repeat(2048)}` },
    { endpoint: null },
    { keys: null },
    { keys: { ...good.keys, p256dh: '' } },
    { keys: { ...good.keys, p256dh: offCurve.toString('base64url') } },
    { keys: { ...good.keys, p256dh: good.keys.p256dh.slice(0, 44) } },
    { keys: { ...good.keys, auth: randomBytes(15).toString('base64url') } },
    { keys: { ...good.keys, auth: '+/+/+/+/+/+/+/+/+/+/+/' } },
  ]) {
    const { status } = await admin.call('POST', `${PATH}/devices`, { body: { ...good, ...change } });
    assert.ok(status === 400 || status === 422, JSON.stringify(change));
  }
  const { body } = await admin.call<NotificationsView>('GET', PATH);
  for (const change of [
    { kinds: ['fire'] },
    { kinds: null },
    { cameraIds: [''] },
    { quiet: [{ days: [], from: '22:00', to: '07:00' }] },
    { quiet: [{ days: [7], from: '22:00', to: '07:00' }] },
    { quiet: [{ days: [1], from: '22', to: '07:00' }] },
    { quiet: Array.from({ length: 15 }, () => ({ days: [1], from: '22:00', to: '07:00' })) },
    { timeZone: 'Europe/Vigie' },
    { pauseSeconds: 9 },
    { pauseSeconds: 3601 },
    { pauseSeconds: '60' },
    { volume: 11 },
  ]) {
    const { status } = await admin.call('PUT', PATH, { body: { ...body.settings, ...change } });
    assert.ok(status === 400 || status === 422, JSON.stringify(change));
  }
  assert.deepEqual((await admin.call<NotificationsView>('GET', PATH)).body, body);
});

test('a client that is not signed in gets 401', async (context) => {
  const server = await startApi(context);
  const stranger = new ApiClient(server);
  for (const [method, path] of [
    ['GET', PATH],
    ['PUT', PATH],
    ['POST', `${PATH}/devices`],
    ['DELETE', `${PATH}/devices/x`],
    ['POST', `${PATH}/test`],
  ] as const)
    assert.equal((await stranger.call(method, path, method === 'GET' ? {} : { body: {} })).status, 401, path);
});
