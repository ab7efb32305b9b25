/** Who may switch a camera off and on over HTTP, and who is named for it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraView } from '../../server/wire/camera.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const HOURS = { offHours: [{ days: [1], from: '08:00', to: '17:00' }] };

test('a viewer who may control a camera switches it, and nothing else', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const other = (await server.store.cameras.add('Yard', 'v1', 1)).id;
  const cameras = [...rightsTo([id], ['control']), ...rightsTo([other], ['live'])];
  await server.accounts.users.add({ username: 'ada', password: 'a long password', role: 'viewer', cameras });
  const ada = await ApiClient.signedIn(server, 'ada', 'a long password');
  const put = (path: string, body: object) => ada.call<SwitchView & Problem>('PUT', `/api${path}`, { body });

  const { status, body } = await put(`/cameras/${id}/switch`, { off: true });
  assert.deepEqual([status, body.off?.username], [200, 'ada']);
  for (const [path, change] of [
    [`/cameras/${other}/switch`, { off: true }],
    [`/cameras/${id}/switch/hours`, HOURS],
    ['/switch', { off: true }],
    ['/switch/hours', HOURS],
  ] as const)
    assert.equal((await put(path, change)).status, 403, path);
  assert.equal((await ada.call('GET', `/api/cameras/${other}/switch`)).status, 403);
  const views = (await ada.call<CameraView[]>('GET', '/api/cameras')).body;
  assert.deepEqual(
    views.map(({ off }) => off?.username),
    ['ada', undefined],
  );
  assert.equal((await put(`/cameras/${id}/switch`, { off: 'yes' })).status, 400);
  assert.equal((await put(`/cameras/${id}/switch`, { off: false })).body.off, null);
});

test('hours are kept, and wrong ones refused by their name', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const admin = await ApiClient.signedIn(server);
  for (const path of [`/api/cameras/${id}/switch`, '/api/switch']) {
    assert.equal((await admin.call('PUT', `${path}/hours`, { body: HOURS })).status, 200);
    assert.deepEqual((await admin.call<SwitchView>('GET', path)).body.offHours, HOURS.offHours);
    const wrong = await admin.call<Problem>('PUT', `${path}/hours`, {
      body: { offHours: [{ days: [7], from: '08:00', to: '17:00' }] },
    });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body.detail, /offHours/);
  }
  assert.equal((await admin.call('GET', '/api/cameras/none/switch')).status, 404);
});
