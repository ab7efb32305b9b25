import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionFacts, ServerAddresses } from '../../server/wire/connection-check.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

test('the connection facts are for administrators, a viewer sees only their own address, other clients nothing', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const admin = await ApiClient.signedIn(server);
  await server.accounts.users.add({
    username: 'ada',
    password: 'ada password',
    role: 'viewer',
    cameras: [],
  });
  const ada = await ApiClient.signedIn(server, 'ada', 'ada password');
  assert.equal((await new ApiClient(server).call('GET', '/api/connection')).status, 401);
  const seen = await ada.call<ConnectionFacts>('GET', '/api/connection', {
    headers: { 'x-forwarded-for': '198.51.100.9', 'x-forwarded-proto': 'https' },
  });
  assert.deepEqual(seen.body, { yourAddress: '198.51.100.9', yourAddressIsPrivate: false, https: true });
  const { body } = await admin.call<ConnectionFacts>('GET', '/api/connection');
  assert.equal(body.yourAddressIsPrivate, true);
  assert.equal(body.server?.rtcPort, 8081);
});

test('only administrators see the addresses for devices', async (context) => {
  const server = await startApi(context);
  const path = '/api/connection/addresses';
  const admin = await ApiClient.signedIn(server);
  const ada = { username: 'ada', password: 'ada password', role: 'viewer', cameras: [] } as const;
  await server.accounts.users.add({ ...ada, cameras: [] });
  const viewer = await ApiClient.signedIn(server, ada.username, ada.password);
  assert.equal((await new ApiClient(server).call('GET', path)).status, 401);
  assert.equal((await viewer.call('GET', path)).status, 403);
  const { body } = await admin.call<ServerAddresses>('GET', path);
  assert.deepEqual(body, { origins: ['http://192.168.1.10:8080'], authorityFile: null });
});
