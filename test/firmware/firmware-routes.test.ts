import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CameraDevice } from '../../server/core/updates/update-obstacles.ts';
import type { UpdatableCameras } from '../../server/firmware/firmware-updates.ts';
import type { CameraFirmwareView, FirmwareImageView } from '../../server/wire/firmware.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { appImage, sha256Of } from '../support/app-image.ts';
import { until } from '../support/until.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi, type ApiServer } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { rightsTo } from '../support/rights.ts';

const DEVICE: CameraDevice = {
  firmware: '1.0.0',
  board: 'ai-thinker',
  target: 'host',
  rolledBackFrom: undefined,
  capabilities: ['ota'],
  secure: true,
};
const BINARY = { 'content-type': 'application/octet-stream' };
const HTTPS = { 'x-forwarded-proto': 'https' };

type Offer = Parameters<UpdatableCameras['offerUpdate']>[1];

interface Workshop {
  server: ApiServer;
  admin: ApiClient;
  folder: string;
  devices: Map<string, CameraDevice>;
  offers: Offer[];
  upload: (
    file: Uint8Array,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: FirmwareImageView & Problem }>;
  /** A connected camera that can be updated. */
  addCamera: (device?: Partial<CameraDevice>) => Promise<string>;
}

async function workshop(context: TestContext, trustedProxies = ['loopback']): Promise<Workshop> {
  const devices = new Map<string, CameraDevice>();
  const offers: Offer[] = [];
  const dataDir = temporaryFolder(context);
  const server = await startApi(context, {
    dataDir,
    trustedProxies,
    updatable: {
      deviceOf: (cameraId) => devices.get(cameraId),
      // The camera answers only after the request that made the offer was answered.
      offerUpdate: (_cameraId, offer) => ({ id: offers.push(offer), answered: nextTurn() }),
    },
  });
  const admin = await ApiClient.signedIn(server);
  return {
    server,
    admin,
    devices,
    offers,
    folder: join(dataDir, 'firmware'),
    upload: async (file, headers = BINARY) => {
      const response = await fetch(`${server.url}/api/firmware`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin.accessToken}`, ...headers },
        body: Buffer.from(file),
      });
      return { status: response.status, body: (await response.json()) as FirmwareImageView & Problem };
    },
    addCamera: async (device = {}) => {
      const { id } = await server.store.cameras.add('Door', 'v1', 1);
      devices.set(id, { ...DEVICE, ...device });
      server.updates.onConnected(id);
      return id;
    },
  };
}

test('an uploaded file is listed, and the same file again is not listed twice', async (context) => {
  const { admin, upload } = await workshop(context);
  const file = appImage({ version: '1.4.0', bytes: 300_000 });
  const first = await upload(file);
  assert.equal(first.status, 201);
  const { id, createdAtMs, ...facts } = first.body;
  assert.deepEqual(facts, { version: '1.4.0', target: 'host', bytes: 300_000, sha256: sha256Of(file) });
  assert.ok(Math.abs(Date.now() - createdAtMs) < 60_000);
  const again = await upload(file);
  assert.deepEqual([again.status, again.body.id], [200, id]);
  assert.deepEqual((await admin.call('GET', '/api/firmware')).body, [first.body]);
  assert.equal((await admin.call('DELETE', `/api/firmware/${id}`)).status, 204);
  assert.equal((await admin.call('DELETE', `/api/firmware/${id}`)).status, 404);
  assert.deepEqual((await admin.call('GET', '/api/firmware')).body, []);
});

suite('an invalid upload is answered with the reason, and leaves nothing', () => {
  const refused: [
    name: string,
    file: Buffer,
    headers: Record<string, string>,
    status: number,
    detail: RegExp,
  ][] = [
    ['another file', Buffer.alloc(400_000, 65), BINARY, 422, /not a firmware image/],
    ['nothing', Buffer.alloc(0), BINARY, 422, /too short/],
    ['too much', appImage({ bytes: 4 * 1024 * 1024 + 1 }), BINARY, 413, /at most 4 MiB/],
    ['JSON', Buffer.from('{}'), { 'content-type': 'application/json' }, 400, /octet-stream/],
    ['a form', appImage(), { 'content-type': 'multipart/form-data' }, 400, /octet-stream/],
  ];
  for (const [name, file, headers, status, detail] of refused) {
    test(name, async (context) => {
      const { upload, folder, admin } = await workshop(context);
      const answer = await upload(file, headers);
      assert.equal(answer.status, status);
      assert.match(answer.body.detail, detail);
      assert.deepEqual(readdirSync(folder), []);
      assert.equal((await admin.call('GET', '/api/firmware')).status, 200, 'the server is well');
    });
  }

  test('a chunked upload that is too large is refused', async (context) => {
    const { server, admin, folder } = await workshop(context);
    const request = httpRequest(`${server.url}/api/firmware`, {
      method: 'POST',
      headers: { ...BINARY, authorization: `Bearer ${admin.accessToken}` },
    });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write(appImage({ bytes: 4 * 1024 * 1024 }));
    request.end(Buffer.alloc(1));
    const [response] = await answered;
    response.resume();
    assert.equal(request.getHeader('content-length'), undefined);
    assert.equal(response.statusCode, 413);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('the answer comes before the rest of the file, and the connection stays usable', async (context) => {
    const { server, admin } = await workshop(context);
    const socket = connect(server.port, '127.0.0.1');
    context.after(() => socket.destroy());
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    socket.write(
      `POST /api/firmware HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin.accessToken}\r\n` +
        'Content-Type: application/octet-stream\r\nContent-Length: 3000000\r\n\r\n',
    );
    socket.write(Buffer.alloc(1000, 65));
    await until('it is refused', () => /^HTTP\/1.1 422/.test(answers));
    socket.write(Buffer.alloc(2_999_000, 65));
    socket.write('GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('the next request is answered', () => answers.includes('HTTP/1.1 200'));
  });

  test('an aborted upload', async (context) => {
    const { server, admin, folder, upload } = await workshop(context);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      `POST /api/firmware HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin.accessToken}\r\n` +
        'Content-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\n',
    );
    socket.write(appImage({ bytes: 50_000 }));
    await until('it has begun', () => readdirSync(folder).length === 1);
    socket.destroy();
    await once(socket, 'close');
    await until('it is gone', () => readdirSync(folder).length === 0);
    assert.equal((await upload(appImage())).status, 201);
  });
});

test('all routes are for administrators', async (context) => {
  const { server, admin, upload, addCamera } = await workshop(context);
  const { id } = (await upload(appImage())).body;
  const cameraId = await addCamera();
  await admin.call('POST', '/api/users', {
    body: { username: 'ada', password: 'ada password', role: 'viewer', cameras: rightsTo([cameraId]) },
  });
  const viewer = await ApiClient.signedIn(server, 'ada', 'ada password');
  const routes: [method: string, path: string, body?: object][] = [
    ['GET', '/api/firmware'],
    ['POST', '/api/firmware'],
    ['DELETE', `/api/firmware/${id}`],
    ['GET', '/api/firmware/cameras'],
    ['GET', `/api/cameras/${cameraId}/update`],
    ['POST', `/api/cameras/${cameraId}/update`, { imageId: id }],
    ['DELETE', `/api/cameras/${cameraId}/update`],
  ];
  for (const [method, path, body] of routes) {
    const call = { ...(body && { body }) };
    assert.equal((await viewer.call(method, path, call)).status, 403, `${method} ${path}`);
    assert.equal(
      (await viewer.call(method, path, { ...call, token: null })).status,
      401,
      `${method} ${path}`,
    );
  }
});

test('an update is staged, listed and cancelled', async (context) => {
  const { admin, upload, addCamera, offers } = await workshop(context);
  const { id: imageId } = (await upload(appImage({ version: '1.1.0' }))).body;
  const cameraId = await addCamera();
  const path = `/api/cameras/${cameraId}/update`;
  const staged = await admin.call<CameraFirmwareView>('POST', path, { body: { imageId } });
  assert.equal(staged.status, 202);
  assert.deepEqual(
    { ...staged.body, update: { ...staged.body.update, changedAtMs: 0 } },
    {
      cameraId,
      firmware: '1.0.0',
      board: 'ai-thinker',
      target: 'host',
      obstacle: null,
      update: {
        imageId,
        version: '1.1.0',
        fromVersion: '1.0.0',
        bytes: 2000,
        state: 'offered',
        receivedBytes: 0,
        reason: null,
        changedAtMs: 0,
      },
    },
  );
  assert.ok(
    !JSON.stringify(staged.body).includes(offers[0]?.token ?? '?'),
    'the token is sent to the camera only',
  );
  const state = async () => (await admin.call<CameraFirmwareView>('GET', path)).body.update?.state;
  assert.equal(await state(), 'downloading');
  assert.equal((await admin.call('DELETE', `/api/firmware/${imageId}`)).status, 409);
  assert.equal((await admin.call('DELETE', path)).status, 204);
  assert.equal(await state(), 'failed');
  assert.equal((await admin.call('DELETE', path)).status, 204);
  assert.equal(await state(), undefined);
  const [view] = (await admin.call<CameraFirmwareView[]>('GET', '/api/firmware/cameras')).body;
  assert.deepEqual([view?.cameraId, view?.update], [cameraId, null]);
});

test('an impossible update is refused with the reason', async (context) => {
  const { server, admin, upload, addCamera } = await workshop(context);
  const { id: imageId } = (await upload(appImage({ version: '1.1.0' }))).body;
  const plain = await addCamera({ secure: false });
  const newer = await addCamera({ firmware: '1.2.0' });
  const seed = (await server.store.cameras.ensure('seed_1', 'Old', 'seed', 0)).id;
  const demo = (await server.store.cameras.ensure('demo', 'Demo', 'demo', 0)).id;
  const refused: [cameraId: string, body: unknown, status: number, detail: RegExp][] = [
    [plain, { imageId }, 409, /connects by ws:/],
    [newer, { imageId }, 409, /not newer/],
    [seed, { imageId }, 409, /older firmware/],
    [demo, { imageId }, 409, /demo camera/],
    ['cam_none', { imageId }, 404, /no such camera/],
    [newer, { imageId: 'fw_none' }, 404, /no such firmware/],
    [newer, {}, 400, /imageId/],
    [newer, { imageId, allowOlder: 'yes' }, 400, /allowOlder/],
    [newer, { imageId, force: true }, 400, /force/],
  ];
  for (const [cameraId, body, status, detail] of refused) {
    const answer = await admin.call<Problem>('POST', `/api/cameras/${cameraId}/update`, { body });
    assert.equal(answer.status, status, answer.body.detail);
    assert.match(answer.body.detail, detail);
  }
  const insisted = { body: { imageId, allowOlder: true } };
  assert.equal((await admin.call('POST', `/api/cameras/${newer}/update`, insisted)).status, 202);
  const views = (await admin.call<CameraFirmwareView[]>('GET', '/api/firmware/cameras')).body;
  assert.match(views.find(({ cameraId }) => cameraId === plain)?.obstacle ?? '', /connects by ws:/);
  assert.match(views.find(({ cameraId }) => cameraId === seed)?.obstacle ?? '', /older firmware/);
});

suite('the download', () => {
  const file = appImage({ version: '1.1.0', bytes: 4 * 1024 * 1024 - 3 });

  async function offered(context: TestContext, trustedProxies?: string[]) {
    const shop = await workshop(context, trustedProxies);
    const imageId = (await shop.upload(file)).body.id;
    const cameraId = await shop.addCamera();
    const stage = () => shop.admin.call('POST', `/api/cameras/${cameraId}/update`, { body: { imageId } });
    assert.equal((await stage()).status, 202);
    const get = (path: string, headers: Record<string, string>, method = 'GET') =>
      fetch(shop.server.url + path, { method, headers });
    return {
      ...shop,
      imageId,
      cameraId,
      get,
      stage,
      token: shop.offers[0]?.token ?? '',
      path: `/firmware/${imageId}`,
    };
  }

  test('is the complete file with its length, for the token of the offer', async (context) => {
    const { get, path, token } = await offered(context);
    const response = await get(path, { ...HTTPS, authorization: `Bearer ${token}` });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), String(file.length));
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), file);
    const again = await get(path, { ...HTTPS, authorization: `Bearer ${token}` });
    assert.equal(again.status, 401, 'once');
  });

  test('is refused over plain http, and the token stays valid for https', async (context) => {
    const { get, path, token } = await offered(context);
    const authorization = `Bearer ${token}`;
    for (const headers of [{}, { 'x-forwarded-proto': 'http' }]) {
      const response = await get(path, { ...headers, authorization });
      assert.deepEqual([response.status, ((await response.json()) as Problem).code], [403, 'forbidden']);
    }
    assert.equal((await get(path, { ...HTTPS, authorization })).status, 200);
  });

  test('is refused when an untrusted proxy claims https', async (context) => {
    const { get, path, token } = await offered(context, []);
    assert.equal((await get(path, { ...HTTPS, authorization: `Bearer ${token}` })).status, 403);
  });

  test("is refused without a token, with another one, and with a user's", async (context) => {
    const { get, path, admin, token } = await offered(context);
    const wrong = [
      undefined,
      'Bearer',
      'Bearer x',
      `Bearer ${'x'.repeat(43)}`,
      `Bearer ${admin.accessToken}`,
      token,
    ];
    for (const authorization of wrong) {
      const response = await get(path, { ...HTTPS, ...(authorization && { authorization }) });
      assert.equal(response.status, 401, authorization ?? 'none');
    }
    const asked = await get(`${path}?token=${token}`, HTTPS);
    assert.equal(asked.status, 401, 'a token in the URL is ignored');
    const elsewhere = await get('/firmware/fw_other', { ...HTTPS, authorization: `Bearer ${token}` });
    assert.equal(elsewhere.status, 401);
    const head = await get(path, { ...HTTPS, authorization: `Bearer ${token}` }, 'HEAD');
    assert.equal(head.status, 401, 'a HEAD request does not use the token up');
    assert.equal((await get(path, { ...HTTPS, authorization: `Bearer ${token}` })).status, 200);
  });

  test('is aborted when the update is cancelled', async (context) => {
    const { server, cameraId, admin, path, token } = await offered(context);
    // Reads nothing beyond the data already under way.
    const socket = connect(server.port, '127.0.0.1');
    context.after(() => socket.destroy());
    socket.pause();
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    await once(socket, 'readable');
    assert.equal((await admin.call('DELETE', `/api/cameras/${cameraId}/update`)).status, 204);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    socket.on('error', () => undefined);
    await once(socket, 'close');
    assert.ok(received < file.length, `${received} bytes of ${file.length}`);
  });
});
