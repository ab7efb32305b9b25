import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { NewAuditEntry } from '../../server/audit/audit-store.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { rightsTo } from '../support/rights.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN_PASSWORD, startApi } from '../support/api-server.ts';
import { until } from '../support/until.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

const ENTRY: Omit<NewAuditEntry, 'id' | 'beganAtMs' | 'endedAtMs'> = {
  action: 'watched',
  refused: false,
  count: 1,
  userId: null,
  username: null,
  address: null,
  device: null,
  cameraId: null,
  cameraName: null,
  details: {},
};

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const list = async (query = ''): Promise<AuditEntry[]> => {
    await server.store.idle;
    return (await admin.call<AuditEntry[]>('GET', `/api/audit${query}`)).body;
  };
  const actions = async (query = ''): Promise<string[]> => (await list(query)).map(({ action }) => action);
  return { server, admin, list, actions };
}

async function withViewer(context: TestContext) {
  const rig = await setUp(context);
  const { id } = await rig.server.store.cameras.add('Door', 'v1', 0);
  const body = { username: 'ada', password: 'a very secret one', role: 'viewer', cameras: rightsTo([id]) };
  await rig.admin.call('POST', '/api/users', { body });
  const viewer = await ApiClient.signedIn(rig.server, 'ada', body.password);
  return { ...rig, id, viewer };
}

suite('the audit log over HTTP', () => {
  test('sign-ins are written with address and device, failed ones with the account that they were for', async (context) => {
    const { server, admin, list } = await setUp(context);
    const stranger = new ApiClient(server);
    await stranger.call('POST', '/api/auth/login', {
      body: { username: 'ADMIN', password: 'a wrong guess' },
      headers: { 'user-agent': FIREFOX },
    });
    await stranger.call('POST', '/api/auth/login', { body: { username: 'my pass word', password: 'x' } });
    await admin.call('POST', '/api/auth/logout');
    await admin.signIn('admin', ADMIN_PASSWORD);
    const entries = await list('?kind=signIn');
    assert.deepEqual(
      entries.map(({ action, refused, username, details }) => [action, refused, username, details]),
      [
        ['signedIn', false, 'admin', {}],
        ['signedOut', false, 'admin', {}],
        ['signInRefused', true, null, { reason: 'wrongCredentials' }],
        ['signInRefused', true, 'admin', { reason: 'wrongCredentials' }],
        ['signedIn', false, 'admin', {}],
      ],
    );
    assert.equal(entries[0]?.address, '127.0.0.1');
    assert.equal(entries[3]?.device, 'Firefox on Linux');
    assert.equal(entries[3]?.userId, null, 'it was not the administrator, as far as is known');
  });

  test('signing out is written where a session ended, with its user, also by the cookie alone', async (context) => {
    const { server, admin, list } = await setUp(context);
    for (let index = 0; index < 5; index++) await new ApiClient(server).call('POST', '/api/auth/logout');
    const browser = await ApiClient.signedIn(server);
    browser.accessToken = null;
    await browser.call('POST', '/api/auth/logout');
    await browser.call('POST', '/api/auth/logout');
    const entries = await list('?kind=signIn');
    assert.deepEqual(
      entries.map(({ action, username }) => [action, username]),
      [
        ['signedOut', 'admin'],
        ['signedIn', 'admin'],
        ['signedIn', 'admin'],
      ],
    );
    assert.ok(admin.accessToken);
  });

  test('changes by administrators are written with the names at that time, and without a secret', async (context) => {
    const { admin, server, list } = await setUp(context);
    const { body: camera } = await admin.call<CameraWithKey>('POST', '/api/cameras', {
      body: { name: 'Door' },
    });
    const added = await admin.call<{ id: string }>('POST', '/api/users', {
      body: { username: 'ada', password: 'secret-of-ada', role: 'viewer', cameras: rightsTo([camera.id]) },
    });
    await admin.call('PATCH', `/api/users/${added.body.id}`, { body: { password: 'another-secret' } });
    await admin.call('POST', `/api/cameras/${camera.id}/key`);
    await admin.call('POST', `/api/cameras/${camera.id}/sensors`, { body: { name: 'PIR' } });
    const url = 'https://example.com/hook?token=secret-of-the-receiver';
    const webhook = { name: 'HA', url, cameraIds: [], kinds: ['motion'], moment: 'both', enabled: true };
    await admin.call('POST', '/api/webhooks', { body: webhook });
    await admin.call('DELETE', `/api/users/${added.body.id}`);
    await admin.call('DELETE', `/api/cameras/${camera.id}`);
    const entries = await list();
    assert.deepEqual(
      entries.map(({ action, cameraName, details }) => [action, cameraName, details]),
      [
        ['cameraRemoved', 'Door', { recordings: 'kept' }],
        ['userRemoved', null, { user: 'ada' }],
        ['webhookAdded', null, { name: 'HA' }],
        ['sensorAdded', 'Door', { name: 'PIR' }],
        ['cameraKeyRenewed', 'Door', {}],
        ['userChanged', null, { user: 'ada', changed: ['password'] }],
        [
          'userAdded',
          null,
          {
            username: 'ada',
            role: 'viewer',
            cameras: rightsTo([camera.id]).map((each) => JSON.stringify(each)),
          },
        ],
        ['cameraAdded', 'Door', { name: 'Door' }],
        ['signedIn', null, {}],
      ],
    );
    for (const { username } of entries) assert.equal(username, 'admin');
    const everything = JSON.stringify(entries);
    for (const secret of ['secret-of-', 'another-secret', ADMIN_PASSWORD, camera.key])
      assert.ok(!everything.includes(secret), secret);
    assert.ok(server.port > 0);
  });

  test('looking at pictures, back in time and at downloads is written, each with the camera', async (context) => {
    const { server, id, viewer, list } = await withViewer(context);
    server.frames.set(id, {
      cameraId: id,
      jpeg: new Uint8Array(100),
      width: 640,
      height: 480,
      captureUs: 1,
      receivedUs: 1,
    });
    const segment = await recordAll(server.library, moved(encodedFrames({ count: 30 }), id, 0));
    for (let index = 0; index < 3; index++) {
      await viewer.call('GET', `/api/cameras/${id}/snapshot.jpg`);
      await viewer.call('GET', `/api/cameras/${id}/recordings/${segment}.webm`);
    }
    const { startMs = 0, endMs = 0 } = server.store.recordings.find(segment) ?? {};
    await viewer.call('GET', `/api/cameras/${id}/export.webm?from=${startMs}&to=${endMs}`);
    const entries = (await list()).filter(({ username, kind }) => username === 'ada' && kind !== 'signIn');
    assert.deepEqual(
      entries.map(({ action, cameraName, count, details }) => [action, cameraName, count, details]),
      [
        ['downloaded', 'Door', 1, { from: startMs, to: endMs }],
        ['lookedBack', 'Door', 3, { recordingId: segment }],
        ['watched', 'Door', 3, {}],
      ],
    );
  });

  test('a stream of moving pictures is one entry that ends with it', async (context) => {
    const { server, id, viewer, list } = await withViewer(context);
    const stream = new AbortController();
    const response = await fetch(`${server.url}/api/cameras/${id}/mjpeg`, {
      headers: { authorization: `Bearer ${viewer.accessToken}` },
      signal: stream.signal,
    });
    assert.equal(response.status, 200);
    const find = async () => (await list('?kind=viewing'))[0];
    const begun = (await find()) ?? assert.fail();
    assert.deepEqual([begun.action, begun.username, begun.cameraId], ['watched', 'ada', id]);
    await until('it goes on', async () => ((await find())?.endedAtMs ?? 0) > begun.beganAtMs);
    stream.abort();
    await until('it has ended', () => server.mjpeg.counters.open === 0);
    const { endedAtMs } = (await find()) ?? assert.fail();
    await until('the clock moves on', () => Date.now() > endedAtMs + 5);
    assert.equal((await find())?.endedAtMs, endedAtMs);
  });

  test('a request without the right to it is written as refused', async (context) => {
    const { id, viewer, list } = await withViewer(context);
    await viewer.call('DELETE', `/api/cameras/${id}`);
    await viewer.call('DELETE', `/api/cameras/${id}`);
    const [entry = assert.fail()] = await list();
    assert.deepEqual(
      [entry.action, entry.refused, entry.username, entry.count, entry.details],
      ['cameraRemoved', true, 'ada', 2, { reason: 'forbidden' }],
    );
  });

  test('requests that fail for another reason, or that a page sends by itself, are not written', async (context) => {
    const { admin, actions } = await setUp(context);
    await admin.call('DELETE', '/api/cameras/cam_none');
    await admin.call('PUT', '/api/site/time-zone', { body: { timeZone: 'UTC', unlessChosen: true } });
    assert.deepEqual(await actions(), ['signedIn']);
    await admin.call('PUT', '/api/site/time-zone', { body: { timeZone: 'UTC' } });
    assert.deepEqual(await actions(), ['timeZoneChanged', 'signedIn']);
  });

  test('viewers can neither read nor export it', async (context) => {
    const { viewer } = await withViewer(context);
    for (const path of ['', '/export.csv', '/export.jsonl', '/settings'])
      assert.equal((await viewer.call('GET', `/api/audit${path}`)).status, 403, path);
  });

  test('it can be taken away as CSV, in which no cell is a formula, and as JSON lines', async (context) => {
    const { admin, list } = await setUp(context);
    await admin.call('POST', '/api/users', {
      body: { username: '=1+1, "quoted"', password: 'a long one here', role: 'viewer' },
    });
    await admin.call('POST', '/api/cameras', { body: { name: '=HYPERLINK("x")' } });
    const entries = await list();
    const csv = await admin.call<string>('GET', '/api/audit/export.csv');
    assert.match(
      csv.headers.get('content-disposition') ?? '',
      /attachment; filename="vigie-audit-[\d-]+\.csv"/,
    );
    // The export itself may be in it already.
    const lines = csv.body.split('\r\n').filter((line) => !line.includes(',auditExported,'));
    assert.equal(lines.length, entries.length + 2, 'a head, and an end after the last line');
    assert.match(lines[0] ?? '', /^began,ended,action,/);
    assert.match(lines[1] ?? '', /,cameraAdded,.*,"'=HYPERLINK\(""x""\)",/);

    const jsonl = await admin.call<string>('GET', '/api/audit/export.jsonl?kind=access');
    const read = jsonl.body.trim().split('\n');
    assert.deepEqual(
      read.map((line) => JSON.parse(line) as AuditEntry),
      entries.filter(({ kind }) => kind === 'access'),
    );
    assert.deepEqual(
      (await list()).slice(0, 2).map(({ action }) => action),
      ['auditExported', 'auditExported'],
    );
  });

  test('an export has all pages', async (context) => {
    const { server, admin } = await setUp(context);
    for (let index = 0; index < 450; index++)
      await server.store.audit.add({ ...ENTRY, id: `aud_${index}`, beganAtMs: index, endedAtMs: index });
    const all = await admin.call<string>('GET', '/api/audit/export.jsonl?kind=viewing');
    assert.equal(new Set(all.body.trim().split('\n')).size, 450);
  });

  test('how long it is kept is set, and written', async (context) => {
    const { admin, list } = await setUp(context);
    const read = async () => (await admin.call('GET', '/api/audit/settings')).body;
    assert.deepEqual(await read(), { days: 90 });
    assert.equal((await admin.call('PUT', '/api/audit/settings', { body: { days: 6 } })).status, 400);
    assert.equal((await admin.call('PUT', '/api/audit/settings', { body: { days: 30 } })).status, 200);
    assert.deepEqual(await read(), { days: 30 });
    const [{ action, details } = assert.fail()] = await list();
    assert.deepEqual([action, details], ['auditSettingsChanged', { days: 30 }]);
  });

  test('pages, users, cameras, kinds and days are selected by the query', async (context) => {
    const { id, admin, list, actions } = await withViewer(context);
    const [newest = assert.fail(), second = assert.fail()] = await list('?limit=2');
    assert.equal(newest.username, 'ada');
    assert.equal((await list(`?limit=1&before=${newest.id}`))[0]?.id, second.id);
    const { headers } = await admin.call('GET', '/api/audit?limit=1');
    const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
    assert.equal((await list(next))[0]?.id, second.id);
    assert.equal((await admin.call('GET', '/api/audit?cursor=aud_1')).status, 422);
    assert.deepEqual(await actions(`?userId=${newest.userId}`), ['signedIn']);
    assert.deepEqual(await actions(`?cameraId=${id}`), []);
    assert.deepEqual(await actions('?kind=access'), ['userAdded']);
    assert.deepEqual(await actions(`?to=${newest.beganAtMs - 24 * 3_600_000}`), []);
  });
});
