/** Which credential of a request counts, where a key opens nothing, and how long a long request of an administrator lasts. */

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { call } from '../support/http-call.ts';
import { until } from '../support/until.ts';
import { make, PASSWORD, startKeys } from './api-key-rig.ts';

const basic = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}`,
});

test('Basic is taken on what shows pictures, and nowhere else', async (context) => {
  const { server, door, admin } = await startKeys(context);
  const { secret } = (await make(admin, { powers: ['administer'] })).body;
  const headers = basic(secret);
  // Let in, there is no picture yet.
  const snapshot = await call(server.port, { path: `/api/cameras/${door}/snapshot.jpg`, headers });
  assert.equal(snapshot.status, 503);
  // Another site's page could make requests that create something, with a key that the browser keeps.
  const made = `/api/cameras/${door}/export.webm?from=0&to=1000`;
  for (const path of ['/api/cameras', '/api/users', `/api/cameras/${door}/status`, made])
    assert.equal((await call(server.port, { path, headers })).status, 401, path);
  const renamed = { method: 'PATCH', path: `/api/cameras/${door}`, headers, body: { name: 'Gate' } };
  assert.equal((await call(server.port, renamed)).status, 401);
});

test('a browser that keeps a key for Basic does not send it from another site', async (context) => {
  const { server, door, admin } = await startKeys(context);
  const { secret } = (await make(admin, { everyCamera: ['live'] })).body;
  const path = `/api/cameras/${door}/snapshot.jpg`;
  const from = (site: string) =>
    call(server.port, { path, headers: { ...basic(secret), 'sec-fetch-site': site } });
  assert.equal((await from('cross-site')).status, 401);
  assert.equal((await from('none')).status, 503);
});

test('a signed-in browser that also sends a key as Basic is the user, and the key when the sign-in is over', async (context) => {
  const { server, door, admin, addViewer } = await startKeys(context);
  const { client } = await addViewer('anna', ['live']);
  const weak = (await make(admin, { everyCamera: ['lookBack'] })).body.secret;
  const status = async (more: Record<string, string>) =>
    (
      await call(server.port, {
        path: `/api/cameras/${door}/snapshot.jpg`,
        headers: { ...basic(weak), ...more },
      })
    ).status;
  const media = client.cookies.get('vigie_media')?.value ?? '';
  // Let in, there is no picture yet.
  assert.equal(await status({ cookie: `vigie_media=${media}` }), 503);
  assert.equal(await status({}), 403);
  assert.equal(await status({ cookie: 'vigie_media=none.none.none' }), 403);
});

test('a Bearer credential counts alone, whatever cookie comes with it', async (context) => {
  const { server, door, admin, addViewer } = await startKeys(context);
  const { client } = await addViewer('anna', ['live']);
  const weak = (await make(admin, { everyCamera: ['lookBack'] })).body.secret;
  const cookie = `vigie_media=${client.cookies.get('vigie_media')?.value}`;
  const path = `/api/cameras/${door}/snapshot.jpg`;
  // Let in, there is no picture yet.
  assert.equal((await call(server.port, { path, headers: { cookie } })).status, 503);
  for (const [token, status] of [
    ['none.none.none', 401],
    [weak, 403],
  ] as const) {
    const headers = { cookie, authorization: `Bearer ${token}` };
    assert.equal((await call(server.port, { path, headers })).status, status);
  }
});

test('a long request of an administrator lasts as long as the role, and is cut off with it', async (context) => {
  const server = await startApi(context);
  const root = { username: 'root', password: PASSWORD, role: 'administrator', cameras: [] } as const;
  const { id } = await server.accounts.users.add(root);
  const { accessToken } = await ApiClient.signedIn(server, 'root', PASSWORD);
  const upload = request(`${server.url}/api/backup/uploads`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/octet-stream',
      'content-length': 1_000_000,
    },
  });
  let isCutOff = false;
  upload.on('error', () => (isCutOff = true));
  context.after(() => upload.destroy());
  upload.write('its beginning');
  const { leases } = server.accounts;
  await until('the upload is held', () => leases.size === 1);
  leases.refreshAccess();
  assert.equal(leases.size, 1);
  await server.accounts.users.change(id, { role: 'viewer' });
  await until('the connection is cut', () => isCutOff);
  assert.equal(leases.size, 0);
});
