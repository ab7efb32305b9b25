/** Removing a camera: what becomes of its recordings, and who reaches those that stay. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { PairedCamera } from '../../server/wire/camera.ts';
import type {
  CameraLosses,
  RecordedAmount,
  RemovedCameraView,
  Timeline,
} from '../../server/wire/recording.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { UserView } from '../../server/wire/account.ts';
import type { ExportView } from '../../server/wire/recording-export.ts';
import type { CameraRights } from '../../server/wire/rights.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { until } from '../support/until.ts';

const FRAMES = encodedFrames({ count: 100 });
const BEGIN_MS = BEGIN_US / 1000;
const RANGE = `?from=${BEGIN_MS}&to=${BEGIN_MS + 60_000}`;

/** A camera with a plain and a protected recording; a viewer with a right to it and one without. */
async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const plain = await recordAll(server.library, moved(FRAMES, id, 0));
  const kept = await recordAll(server.library, moved(FRAMES, id, 10_000), true);
  const admin = await ApiClient.signedIn(server);
  for (const [username, cameras] of [
    ['ada', [{ cameraId: id, rights: ['lookBack'] }]],
    ['bob', [{ cameraId: id, rights: ['live', 'events', 'control'] }]],
  ] satisfies [string, CameraRights[]][])
    await server.accounts.users.add({ username, password: 'a long password', role: 'viewer', cameras });
  const ada = await ApiClient.signedIn(server, 'ada', 'a long password');
  const bob = await ApiClient.signedIn(server, 'bob', 'a long password');
  return { server, id, plain, kept, admin, ada, bob };
}

/** Names of the removed cameras that this client may look back at. */
async function removed(client: ApiClient): Promise<string[]> {
  return (await client.call<RemovedCameraView[]>('GET', '/api/removed-cameras')).body.map(({ name }) => name);
}

suite('a camera that is removed', () => {
  test('says before what would be lost with it', async (context) => {
    const { server, id, admin, ada } = await setUp(context);
    await server.store.sensors.add(id, 'PIR', Buffer.alloc(32), 0);
    const { body } = await admin.call<CameraLosses>('GET', `/api/cameras/${id}/losses`);
    const bytes = (await server.library.range(id, 0, 1e14)).reduce((sum, each) => sum + each.bytes, 0);
    assert.deepEqual(
      [body.recordings.count, body.recordings.bytes, body.recordings.protectedCount],
      [2, bytes, 1],
    );
    assert.deepEqual([body.events, body.sensors], [0, 1]);
    assert.equal((await ada.call('GET', `/api/cameras/${id}/losses`)).status, 403);
    assert.equal((await admin.call('GET', '/api/cameras/none/losses')).status, 404);
  });

  test('keeps its recordings, for those who could look back at them and nobody else', async (context) => {
    const { server, id, plain, kept, admin, ada, bob } = await setUp(context);
    assert.deepEqual(await removed(admin), []);
    assert.equal((await admin.call('DELETE', `/api/cameras/${id}`)).status, 204);
    for (const client of [admin, ada]) {
      assert.deepEqual(await removed(client), ['Door']);
      const timeline = await client.call<Timeline>('GET', `/api/cameras/${id}/timeline${RANGE}`);
      assert.deepEqual(
        timeline.body.segments.map((segment) => segment.id),
        [plain, kept],
      );
      const path = `/api/cameras/${id}/recordings/${plain}.webm`;
      assert.equal((await client.call('GET', path, { token: null })).status, 200);
      assert.equal((await client.call('GET', `/api/cameras/${id}/export.webm${RANGE}`)).status, 200);
    }
    assert.deepEqual(await removed(bob), []);
    assert.equal((await bob.call('GET', `/api/cameras/${id}/timeline${RANGE}`)).status, 404);
    assert.equal((await bob.call('GET', `/api/cameras/${id}/recordings/${plain}.webm`)).status, 404);
    for (const client of [admin, ada])
      for (const path of ['status', 'snapshot.jpg', 'mjpeg', 'events'])
        assert.equal((await client.call('GET', `/api/cameras/${id}/${path}`)).status, 404, path);
    // Nothing of it is lost at the next start.
    assert.equal(server.store.recordings.all().length, 2);
  });

  test('has recordings that are protected and deleted like others, and is forgotten with the last', async (context) => {
    const { id, plain, kept, admin, ada } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}?recordings=kept`);
    const path = (recordingId: string) => `/api/cameras/${id}/recordings/${recordingId}`;
    assert.equal((await ada.call('DELETE', path(plain))).status, 403);
    assert.equal((await admin.call('PATCH', path(kept), { body: { protected: false } })).status, 204);
    assert.equal((await admin.call('DELETE', path(plain))).status, 204);
    assert.equal((await ada.call('DELETE', `/api/removed-cameras/${id}`)).status, 403);
    assert.deepEqual(await removed(ada), ['Door']);
    assert.equal((await admin.call('DELETE', `/api/removed-cameras/${id}`)).status, 204);
    assert.deepEqual([await removed(admin), await removed(ada)], [[], []]);
  });

  test('loses its recordings where that is wanted, except protected ones', async (context) => {
    const { server, id, kept, admin, ada } = await setUp(context);
    assert.equal((await admin.call('DELETE', `/api/cameras/${id}?recordings=gone`)).status, 400);
    assert.equal((await admin.call('DELETE', `/api/cameras/${id}?recordings=deleted`)).status, 204);
    await until(
      'the recordings are gone',
      async () => (await server.library.range(id, 0, 1e14)).length === 1,
    );
    const { body } = await ada.call<Timeline>('GET', `/api/cameras/${id}/timeline${RANGE}`);
    assert.deepEqual(
      body.segments.map((segment) => segment.id),
      [kept],
    );
    assert.deepEqual(await removed(ada), ['Door']);
    const amount = await admin.call<RecordedAmount>('GET', `/api/removed-cameras/${id}`);
    assert.deepEqual([amount.body.count, amount.body.protectedCount], [1, 1]);
    assert.equal((await admin.call('DELETE', `/api/removed-cameras/${id}`)).status, 204);
    assert.deepEqual(await removed(ada), ['Door'], 'what is protected stays');
  });

  test('takes the downloads that were made of its recordings with them, and is forgotten', async (context) => {
    const { server, id, kept, admin } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}`);
    await server.library.setProtected(kept, false);
    const path = `/api/cameras/${id}/exports`;
    const range = { fromMs: BEGIN_MS, toMs: BEGIN_MS + 60_000 };
    const { body } = await admin.call<{ id: string }>('POST', path, { body: range });
    const state = async () => (await admin.call<ExportView>('GET', `${path}/${body.id}`)).body.state;
    await until('it is ready', async () => (await state()) === 'ready');
    assert.equal((await admin.call('DELETE', `/api/removed-cameras/${id}`)).status, 204);
    assert.equal((await admin.call('GET', `${path}/${body.id}.webm`, { token: null })).status, 404);
    assert.deepEqual((await admin.call('GET', '/api/exports')).body, []);
    assert.equal(server.store.removedCameras.has(id), false);
  });

  test('is not listed without recordings', async (context) => {
    const { server, admin } = await setUp(context);
    const { id } = await server.store.cameras.add('Shed', 'v1', 0);
    await admin.call('DELETE', `/api/cameras/${id}`);
    assert.deepEqual(await removed(admin), []);
    assert.equal((await admin.call('GET', `/api/removed-cameras/${id}`)).status, 404);
  });

  test('makes room for others by its age, like any', async (context) => {
    const { server, id, plain, kept, admin } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}`);
    const other = (await server.store.cameras.add('Yard', 'v1', 1)).id;
    const { usedBytes } = server.library.status;
    server.library.setLimits({ totalBytes: usedBytes + 1000, cameraBytes: new Map(), freeFloorBytes: 0 });
    await recordAll(server.library, moved(FRAMES, other, 20_000));
    assert.equal(server.library.find(plain), undefined);
    assert.ok(server.library.find(kept), 'what is protected stays');
  });

  test('is listed among the rights of each viewer, which are exactly those that were given last', async (context) => {
    const { server, id, admin, ada, bob } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}`);
    assert.equal((await bob.call('GET', `/api/cameras/${id}/timeline${RANGE}`)).status, 404);
    const other = (await server.store.cameras.add('Yard', 'v1', 1)).id;
    const user = server.store.users.findByName('ada')?.id;
    const give = async (cameras: CameraRights[]): Promise<CameraRights[]> =>
      (await admin.call<UserView>('PUT', `/api/users/${user}/cameras`, { body: { cameras } })).body.cameras;
    const live: CameraRights = { cameraId: other, rights: ['live'] };
    const lookBack: CameraRights = { cameraId: id, rights: ['lookBack'] };
    const { body: users } = await admin.call<UserView[]>('GET', '/api/users');
    assert.deepEqual(users.find(({ username }) => username === 'ada')?.cameras, [lookBack]);
    assert.deepEqual(await give([live, lookBack]), [live, lookBack]);
    assert.deepEqual(await removed(ada), ['Door']);
    assert.deepEqual(await give([{ cameraId: other, rights: ['lookBack'] }]), [
      { cameraId: other, rights: ['lookBack'] },
    ]);
    assert.deepEqual(await removed(ada), []);
    assert.equal((await ada.call('GET', `/api/cameras/${id}/timeline${RANGE}`)).status, 404);
    assert.deepEqual(await give([lookBack]), [lookBack], 'it can be given again');
    assert.deepEqual(await removed(ada), ['Door']);
    for (const cameras of [
      [{ cameraId: id, rights: ['live', 'lookBack'] }],
      [{ cameraId: 'cam_none', rights: ['live'] }],
    ])
      assert.equal(
        (await admin.call('PUT', `/api/users/${user}/cameras`, { body: { cameras } })).status,
        422,
      );
    assert.deepEqual(await removed(ada), ['Door'], 'what was refused changed nothing');
  });

  test('is named in the audit log, also by the deletion of all that it recorded', async (context) => {
    const { server, id, kept, admin, ada } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}`);
    await ada.call('GET', `/api/cameras/${id}/recordings/${kept}.webm`);
    const path = `/api/cameras/${id}/recordings/${kept}`;
    await admin.call('PATCH', path, { body: { protected: false } });
    assert.equal((await admin.call('DELETE', `/api/removed-cameras/${id}`)).status, 204);
    await server.store.idle;
    const { body } = await admin.call<AuditEntry[]>('GET', `/api/audit?cameraId=${id}`);
    assert.deepEqual(
      body.map(({ action, cameraName }) => [action, cameraName]),
      [
        ['removedCameraDeleted', 'Door'],
        ['recordingProtectionChanged', 'Door'],
        ['lookedBack', 'Door'],
        ['cameraRemoved', 'Door'],
      ],
    );
  });

  test('gets another id when it is added anew', async (context) => {
    const { id, admin, ada } = await setUp(context);
    await admin.call('DELETE', `/api/cameras/${id}`);
    const anew = await admin.call<PairedCamera & { id: string }>('POST', '/api/cameras', {
      body: { name: 'Door' },
    });
    assert.notEqual(anew.body.id, id);
    assert.equal((await ada.call('GET', `/api/cameras/${anew.body.id}/timeline${RANGE}`)).status, 404);
  });
});
