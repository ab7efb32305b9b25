import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogChange } from '../../server/cameras/camera-catalog.ts';
import { ALWAYS_LIVE } from '../../server/core/link/camera-liveness.ts';
import { VigieError } from '../../server/errors.ts';
import type { CameraDetails, CameraRefusals, CameraView, CameraWithKey } from '../../server/wire/camera.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { UserView } from '../../server/wire/account.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { RIGHTS, type CameraRights } from '../../server/wire/rights.ts';
import { rightsTo } from '../support/rights.ts';

test('adding a camera returns its key, which is never shown again', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const added = await client.call<CameraWithKey>('POST', '/api/cameras', { body: { name: '  Front door ' } });
  assert.equal(added.status, 201);
  assert.equal(added.headers.get('location'), `/api/cameras/${added.body.id}`);
  const { key, ...view } = added.body;
  assert.equal(Buffer.from(key, 'base64url').toString('base64url'), key);
  assert.deepEqual(Buffer.from(key, 'base64url'), Buffer.from(server.store.cameras.keyOf(view.id) ?? []));
  assert.deepEqual(
    [view.name, view.kind, view.status, view.sinceMs, view.lastFrameAtMs],
    ['Front door', 'v1', 'never', null, null],
  );
  for (const path of ['/api/cameras', `/api/cameras/${view.id}/status`]) {
    const { body } = await client.call('GET', path);
    assert.ok(!JSON.stringify(body).includes(key), path);
  }
  assert.deepEqual((await client.call('GET', '/api/cameras')).body, [view]);
});

test('renaming, rotating the key and removing are reported, and end what depends on the old key', async (context) => {
  const disconnected: [string, string][] = [];
  const server = await startApi(context, {
    control: { disconnect: (cameraId, reason) => disconnected.push([cameraId, reason]) },
  });
  const changes: [string, CatalogChange][] = [];
  server.catalog.on('changed', (cameraId, change) => changes.push([cameraId, change]));
  const client = await ApiClient.signedIn(server);
  const { id, key } = (await client.call<CameraWithKey>('POST', '/api/cameras', { body: { name: 'Door' } }))
    .body;

  const renamed = await client.call<CameraView>('PATCH', `/api/cameras/${id}`, { body: { name: 'Yard' } });
  assert.equal(renamed.body.name, 'Yard');
  const rotated = await client.call<CameraWithKey>('POST', `/api/cameras/${id}/key`);
  assert.equal(rotated.status, 200);
  assert.notEqual(rotated.body.key, key);
  assert.equal((await client.call('DELETE', `/api/cameras/${id}`)).status, 204);
  assert.equal((await client.call('DELETE', `/api/cameras/${id}`)).status, 404);

  assert.deepEqual(disconnected, [
    [id, 'keyRotated'],
    [id, 'removed'],
  ]);
  assert.deepEqual(changes, [
    [id, 'added'],
    [id, 'renamed'],
    [id, 'keyRotated'],
    [id, 'removed'],
  ]);
  assert.equal(server.store.cameras.keyOf(id), undefined);
});

test('a viewer sees the granted cameras, and a change of rights takes effect at once', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const [door, yard] = [
    await server.store.cameras.add('Door', 'v1', 1),
    await server.store.cameras.add('Yard', 'v1', 2),
  ];
  const ada = await admin.call<UserView>('POST', '/api/users', {
    body: { username: 'ada', password: 'ada password', role: 'viewer', cameras: rightsTo([yard.id]) },
  });
  const viewer = await ApiClient.signedIn(server, 'ada', 'ada password');
  const seen = async () => (await viewer.call<CameraView[]>('GET', '/api/cameras')).body.map(({ id }) => id);
  assert.deepEqual(await seen(), [yard.id]);
  const told: string[] = [];
  server.accounts.events.on('accessChanged', (userId) => told.push(userId));
  const give = (cameraIds: string[]) =>
    admin.call<UserView>('PUT', `/api/users/${ada.body.id}/cameras`, {
      body: { cameras: rightsTo(cameraIds) },
    });
  assert.deepEqual(
    (await give([door.id, yard.id])).body.cameras.map(({ cameraId }) => cameraId).sort(),
    [door.id, yard.id].sort(),
  );
  assert.deepEqual(await seen(), [door.id, yard.id]);
  assert.equal((await viewer.call('GET', `/api/cameras/${door.id}/status`)).status, 200);
  await give([]);
  assert.deepEqual(await seen(), []);
  assert.equal((await viewer.call('GET', `/api/cameras/${door.id}/status`)).status, 404);
  assert.deepEqual(told, [ada.body.id, ada.body.id]);
});

test('a camera is shown as live as its pictures are, with what is known of its connection', async (context) => {
  const telemetry = { rssi: -60, heap: 100, psram: 200, fps: 25, drops: 0, resetReason: 'power-on' };
  const live = { online: true, lastFrameAtMs: 5000, fps: 25, telemetry };
  const message = { ...telemetry, type: 'telemetry' };
  const server = await startApi(context, {
    control: { status: () => ({ ...live, lastFrameAtMs: 5000, telemetry: message }) },
    livenessOf: () => ({
      ...ALWAYS_LIVE,
      status: 'stalled',
      sinceUs: 4_000_900,
      lastPictureUs: 5_000_000,
      staleAfterMs: 3000,
    }),
  });
  const client = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const [view] = (await client.call<CameraView[]>('GET', '/api/cameras')).body;
  assert.deepEqual(view && { ...view, createdAtMs: 1 }, {
    id,
    name: 'Door',
    kind: 'v1',
    status: 'stalled',
    sinceMs: 4000,
    lastFrameAtMs: 5000,
    staleAfterMs: 3000,
    createdAtMs: 1,
    rights: [...RIGHTS],
  });
  assert.deepEqual((await client.call('GET', `/api/cameras/${id}/status`)).body, { ...live, ...view });
});

test('a camera is listed with whichever right the caller has, and says which', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const ids = [];
  for (const name of ['Door', 'Yard', 'Attic'])
    ids.push((await server.store.cameras.add(name, 'v1', ids.length)).id);
  const [door = '', yard = ''] = ids;
  const cameras = [...rightsTo([yard], ['control', 'lookBack', 'control']), ...rightsTo([door], ['events'])];
  const added = await admin.call<UserView>('POST', '/api/users', {
    body: { username: 'ada', password: 'ada password', role: 'viewer', cameras },
  });
  const inOrder = [...rightsTo([door], ['events']), ...rightsTo([yard], ['lookBack', 'control'])];
  assert.deepEqual(added.body.cameras.toSorted(byCamera), inOrder.toSorted(byCamera));
  const viewer = await ApiClient.signedIn(server, 'ada', 'ada password');
  assert.deepEqual(await listed(viewer), inOrder);
  assert.deepEqual(await listed(admin), rightsTo(ids, RIGHTS));
});

test('the right to control is for settings, lamp and restart, not for what costs the server or renames', async (context) => {
  const set: unknown[] = [];
  const server = await startApi(context, {
    control: {
      set: async (_id, settings) => void set.push(settings),
      reboot: async () => void set.push('reboot'),
    },
  });
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  await server.accounts.users.add({
    username: 'ada',
    password: 'ada password',
    role: 'viewer',
    cameras: rightsTo([id], ['control']),
  });
  const ada = await ApiClient.signedIn(server, 'ada', 'ada password');
  const path = `/api/cameras/${id}`;
  assert.equal((await ada.call('POST', `${path}/settings`, { body: { flash: 255 } })).status, 204);
  assert.deepEqual((await ada.call('GET', `${path}/settings`)).body, { flash: 255 });
  assert.equal((await ada.call('POST', `${path}/reboot`)).status, 204);
  const large = await ada.call('POST', `${path}/settings`, { body: { flash: 0, largePictures: true } });
  assert.equal(large.status, 403);
  const paced = await ada.call('POST', `${path}/settings`, { body: { pictureIntervalMs: 60_000 } });
  assert.equal(paced.status, 403);
  assert.equal((await ada.call('PATCH', path, { body: { name: 'Hers' } })).status, 403);
  assert.deepEqual(set, [{ flash: 255 }, 'reboot']);
});

test('advice is for administrators, and absent when there is none', async (context) => {
  const advice = [{ code: 'weakWifi', severity: 'warning', text: 'Closer.' }] as const;
  const server = await startApi(context, { adviceFor: (id) => (id === door.id ? [...advice] : []) });
  const [door, yard] = [
    await server.store.cameras.add('Door', 'v1', 1),
    await server.store.cameras.add('Yard', 'v1', 2),
  ];
  const admin = await ApiClient.signedIn(server);
  await admin.call('POST', '/api/users', {
    body: {
      username: 'ada',
      password: 'ada password',
      role: 'viewer',
      cameras: rightsTo([door.id, yard.id]),
    },
  });
  const viewer = await ApiClient.signedIn(server, 'ada', 'ada password');
  const seenBy = async (client: ApiClient) => [
    ...(await client.call<CameraView[]>('GET', '/api/cameras')).body.map((view) => view.advice),
    (await client.call<CameraView>('GET', `/api/cameras/${door.id}/status`)).body.advice,
  ];
  assert.deepEqual(await seenBy(admin), [advice, undefined, advice]);
  assert.deepEqual(await seenBy(viewer), [undefined, undefined, undefined]);
});

test('settings are sent to the camera, and stored for its next connection only if it applied them', async (context) => {
  const sent: unknown[] = [];
  const server = await startApi(context, {
    control: {
      set: (cameraId, settings) => {
        if (settings.flash === 255) return Promise.reject(new VigieError('cameraRejected', 'too bright'));
        sent.push([cameraId, settings]);
        return Promise.resolve();
      },
    },
  });
  const client = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const set = (body: object) => client.call<Problem>('POST', `/api/cameras/${id}/settings`, { body });
  assert.equal(
    (await set({ frameSize: 'SVGA', maxFps: 12, exposure: -2, whiteBalance: 'home' })).status,
    204,
  );
  const rejected = await set({ flash: 255 });
  assert.deepEqual(
    [rejected.status, rejected.body.code, rejected.body.detail],
    [502, 'cameraRejected', 'too bright'],
  );
  const taken = { frameSize: 'SVGA', maxFps: 12, exposure: -2, whiteBalance: 'home' };
  assert.deepEqual(sent, [[id, taken]]);
  assert.deepEqual((await client.call('GET', `/api/cameras/${id}/settings`)).body, taken);
});

test('large pictures are allowed to any camera, also one that is away or takes no settings, and never told to it', async (context) => {
  const sent: unknown[] = [];
  const server = await startApi(context, {
    control: {
      set: (_cameraId, settings) => {
        sent.push(settings);
        return Promise.resolve();
      },
    },
  });
  const client = await ApiClient.signedIn(server);
  const { cameras } = server.store;
  const v1 = (await cameras.add('Door', 'v1', 1)).id;
  const seed = (await cameras.ensure('seed_8880', 'Old', 'seed', 0)).id;
  for (const id of [v1, seed]) {
    const path = `/api/cameras/${id}/settings`;
    assert.equal(cameras.allowsLargePictures(id), false);
    assert.equal((await client.call('POST', path, { body: { largePictures: true } })).status, 204);
    assert.equal(cameras.allowsLargePictures(id), true);
    assert.deepEqual((await client.call('GET', path)).body, { largePictures: true });
  }
  assert.equal(
    (await client.call('POST', `/api/cameras/${v1}/settings`, { body: { flash: 3, largePictures: false } }))
      .status,
    204,
  );
  assert.deepEqual(sent, [{ flash: 3 }]);
  assert.deepEqual(cameras.settingsOf(v1), { flash: 3 });
  assert.equal(cameras.allowsLargePictures(v1), false);
});

test('how far the pictures of a slow camera are apart is set for any camera, by administrators, and never told to it', async (context) => {
  const sent: unknown[] = [];
  const paced: string[] = [];
  const server = await startApi(context, {
    control: {
      set: (_cameraId, settings) => {
        sent.push(settings);
        return Promise.resolve();
      },
      updatePace: (cameraId) => void paced.push(cameraId),
    },
  });
  const client = await ApiClient.signedIn(server);
  const { cameras } = server.store;
  const v1 = (await cameras.add('Door', 'v1', 1)).id;
  const seed = (await cameras.ensure('seed_8880', 'Old', 'seed', 0)).id;
  for (const id of [v1, seed]) {
    const set = async (pictureIntervalMs: unknown): Promise<number> =>
      (await client.call('POST', `/api/cameras/${id}/settings`, { body: { pictureIntervalMs } })).status;
    assert.equal(await set(3_600_000), 204);
    assert.equal(cameras.pictureIntervalOf(id), 3_600_000);
    assert.equal(await set(0), 204);
    assert.equal(cameras.pictureIntervalOf(id), undefined);
    for (const wrong of [-1, 86_400_001, 1.5, '10']) assert.equal(await set(wrong), 400);
  }
  assert.deepEqual([sent, paced], [[], [v1, v1, seed, seed]]);
  assert.deepEqual(cameras.settingsOf(v1), {});
});

test('whether a camera adapts to its connection is set by administrators, stored, and never told to it', async (context) => {
  const [sent, updated]: [unknown[], string[]] = [[], []];
  const server = await startApi(context, {
    control: {
      set: async (_cameraId, settings) => void sent.push(settings),
      updateAdapting: (cameraId) => void updated.push(cameraId),
      status: () => ({
        online: true,
        lastFrameAtMs: 0,
        uplink: {
          adapts: true,
          wanted: { jpegQuality: 12 },
          set: { jpegQuality: 48 },
          loweredSinceMs: 5_000.5,
          carriesBps: 400_000,
          transitMs: 80,
        },
      }),
    },
  });
  const client = await ApiClient.signedIn(server);
  const { cameras } = server.store;
  const { id } = await cameras.add('Door', 'v1', 1);
  assert.equal(cameras.adaptsToConnection(id), true);
  const path = `/api/cameras/${id}/settings`;
  assert.equal((await client.call('POST', path, { body: { adaptToConnection: false } })).status, 204);
  assert.equal(cameras.adaptsToConnection(id), false);
  assert.deepEqual([sent, updated, cameras.settingsOf(id)], [[], [id], {}]);
  const { uplink } = (await client.call<CameraDetails>('GET', `/api/cameras/${id}/status`)).body;
  assert.deepEqual([uplink?.set, uplink?.loweredSinceMs], [{ jpegQuality: 48 }, 5_000]);
  await cameras.setLoweredFrom(id, { jpegQuality: 12, frameSize: 'VGA' });
  assert.deepEqual(cameras.loweredFrom(id), { jpegQuality: 12, frameSize: 'VGA' });
  await cameras.setLoweredFrom(id, null);
  assert.equal(cameras.loweredFrom(id), undefined);
});

test('only administrators are told which pictures of a camera were refused', async (context) => {
  const refusals: CameraRefusals = {
    counts: { damaged: 2, tooLarge: 0, tooFast: 0, undecodable: 0, violation: 0 },
    last: { kind: 'damaged', detail: 'no scan', atMs: 1_800_000_000_000 },
  };
  const server = await startApi(context, { refusalsOf: () => refusals });
  const admin = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  await admin.call('POST', '/api/users', {
    body: { username: 'ada', password: 'ada password', role: 'viewer', cameras: rightsTo([id]) },
  });
  const viewer = await ApiClient.signedIn(server, 'ada', 'ada password');
  const seenBy = async (client: ApiClient) =>
    (await client.call<CameraDetails>('GET', `/api/cameras/${id}/status`)).body.refusals;
  assert.deepEqual(await seenBy(admin), refusals);
  assert.equal(await seenBy(viewer), undefined);
});

test('a reboot is passed on, and answered when the camera has agreed', async (context) => {
  const told: string[] = [];
  const server = await startApi(context, {
    control: {
      reboot: async (cameraId) => {
        if (told.length > 0) throw new VigieError('cameraOffline', 'the camera is not connected');
        told.push(cameraId);
      },
    },
  });
  const client = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const reboot = () => client.call<Problem>('POST', `/api/cameras/${id}/reboot`);
  assert.equal((await reboot()).status, 204);
  assert.deepEqual(told, [id]);
  const offline = await reboot();
  assert.deepEqual([offline.status, offline.body.code], [503, 'cameraOffline']);
});

test('commands that the older firmware or the demo does not support are refused with the reason', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const seed = (await server.store.cameras.ensure('seed_8880', 'Old', 'seed', 0)).id;
  const demo = (await server.store.cameras.ensure('cam_demo', 'Demo', 'demo', 0)).id;
  const refused: [method: string, path: string, body?: object][] = [
    ['DELETE', `/api/cameras/${seed}`],
    ['POST', `/api/cameras/${seed}/key`],
    ['POST', `/api/cameras/${seed}/settings`, { flash: 1 }],
    ['POST', `/api/cameras/${seed}/reboot`],
    ['POST', `/api/cameras/${demo}/key`],
  ];
  for (const [method, path, body] of refused) {
    const answer = await client.call<Problem>(method, path, { ...(body && { body }) });
    assert.deepEqual([answer.status, answer.body.code], [409, 'conflict'], `${method} ${path}`);
  }
  assert.equal((await client.call('PATCH', `/api/cameras/${seed}`, { body: { name: 'Gate' } })).status, 200);
  assert.equal((await client.call('DELETE', `/api/cameras/${demo}`)).status, 204);
});

function byCamera(a: CameraRights, b: CameraRights): number {
  return a.cameraId < b.cameraId ? -1 : 1;
}

async function listed(client: ApiClient): Promise<CameraRights[]> {
  const { body } = await client.call<CameraView[]>('GET', '/api/cameras');
  return body.map(({ id: cameraId, rights }) => ({ cameraId, rights }));
}
