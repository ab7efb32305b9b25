import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_MOTION } from '../../server/events/motion-watch.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const TRIANGLE = [
  [0, 0],
  [1, 0],
  [0, 1],
];

test('an administrator sets the motion settings, and invalid values are refused by name', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const admin = await ApiClient.signedIn(server);
  const path = `/api/cameras/${id}/motion`;
  assert.deepEqual((await admin.call('GET', path)).body, DEFAULT_MOTION);
  const zones = [{ id: 'left', name: 'Driveway', points: TRIANGLE }];
  const wanted = { ...DEFAULT_MOTION, enabled: true, sensitivity: 70, zones };
  assert.equal((await admin.call('PUT', path, { body: wanted })).status, 204);
  assert.deepEqual((await admin.call('GET', path)).body, wanted);
  for (const [field, value] of [
    ['sensitivity', 0],
    ['minArea', 0.9],
    ['quietMs', 1],
    ['zones', [{ id: 'a', name: 'A', points: TRIANGLE.slice(1) }]],
    ['zones', [...zones, ...zones]],
    ['masks', [{ id: 'a', name: 'A', points: [...TRIANGLE, [2, 0]] }]],
  ] as const) {
    const { status, body } = await admin.call<Problem>('PUT', path, { body: { ...wanted, [field]: value } });
    assert.ok(status === 400 || status === 422, field);
    assert.match(body.detail, new RegExp(field));
  }
  await admin.call('POST', '/api/users', {
    body: { username: 'guest', password: 'a guest of this house', role: 'viewer', cameras: rightsTo([id]) },
  });
  const guest = await ApiClient.signedIn(server, 'guest', 'a guest of this house');
  assert.equal((await guest.call('GET', path)).status, 403);
  assert.equal((await admin.call('GET', '/api/cameras/cam_none/motion')).status, 404);
});
