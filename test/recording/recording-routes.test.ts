import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { RecordingSettings, RecordingStatus, Timeline } from '../../server/wire/recording.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { rightsTo } from '../support/rights.ts';

const FRAMES = encodedFrames({ count: 100 });
const BEGIN_MS = BEGIN_US / 1000;

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const other = (await server.store.cameras.add('Bird house', 'v1', 1)).id;
  const first = await recordAll(server.library, moved(FRAMES, id, 0));
  const second = await recordAll(server.library, moved(FRAMES, id, 10_000));
  const admin = await ApiClient.signedIn(server);
  await admin.call('POST', '/api/users', {
    body: { username: 'guest', password: 'a guest of this house', role: 'viewer', cameras: rightsTo([id]) },
  });
  const guest = await ApiClient.signedIn(server, 'guest', 'a guest of this house');
  const fetchFilm = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers: { authorization: `Bearer ${guest.accessToken}`, ...headers } });
  return { server, id, other, first, second, admin, guest, fetchFilm };
}

test('free space is unknown before the first recording, and a number from then on', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const freeBytes = async () => (await admin.call<RecordingStatus>('GET', '/api/recording')).body.freeBytes;
  assert.equal(await freeBytes(), null);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  await recordAll(server.library, moved(FRAMES, id, 0));
  assert.equal(typeof (await freeBytes()), 'number');
});

const range = (from: number, to: number): string => `?from=${from}&to=${to}`;

suite('recordings over HTTP', () => {
  test('a viewer sees what is there of a camera, and why something is not', async (context) => {
    const { server, id, first, second, guest } = await setUp(context);
    await server.store.recordings.addGap(id, 'cameraOffline', BEGIN_MS + 4_000, BEGIN_MS + 10_000);
    const { status, body } = await guest.call<Timeline>(
      'GET',
      `/api/cameras/${id}/timeline${range(BEGIN_MS, BEGIN_MS + 60_000)}`,
    );
    assert.equal(status, 200);
    assert.deepEqual(
      body.segments.map((segment) => segment.id),
      [first, second],
    );
    assert.deepEqual(Object.keys(body.segments[0] ?? {}).toSorted(), [
      'bytes',
      'endMs',
      'height',
      'id',
      'open',
      'protected',
      'startMs',
      'width',
    ]);
    assert.deepEqual(body.gaps, [
      { startMs: BEGIN_MS + 4_000, endMs: BEGIN_MS + 10_000, reason: 'cameraOffline' },
    ]);
  });

  test('a segment is served in ranges, to the media cookie too', async (context) => {
    const { server, id, first, fetchFilm } = await setUp(context);
    const path = `/api/cameras/${id}/recordings/${first}.webm`;
    const whole = await fetchFilm(path);
    assert.equal(whole.status, 200);
    assert.equal(whole.headers.get('content-type'), 'video/webm');
    assert.equal(whole.headers.get('cache-control'), 'no-store');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const segment = server.library.find(first);
    assert.ok(segment);
    assert.deepEqual(bytes, await readFile(server.library.pathOf(segment)));
    const part = await fetchFilm(path, { range: 'bytes=100-199' });
    assert.equal(part.status, 206);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
  });

  test('a range comes as one segment, from the keyframe before it, with its true length', async (context) => {
    const { id, fetchFilm } = await setUp(context);
    const answer = await fetchFilm(
      `/api/cameras/${id}/export.webm${range(BEGIN_MS + 2_500, BEGIN_MS + 12_000)}`,
    );
    assert.equal(answer.status, 200);
    assert.match(
      answer.headers.get('content-disposition') ?? '',
      /^attachment; filename="?\w+-2026-11-23T12-46-54Z\.webm"?$/,
    );
    const path = join(temporaryFolder(context), 'export.webm');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const { packets, durationSeconds } = await readWebm(path);
    assert.equal(packets[0]?.keyframe, true);
    assert.ok(Math.abs(durationSeconds - 10) < 0.05, `${durationSeconds} s`);
  });

  test('nothing of it is for who may not watch the camera', async (context) => {
    const { server, id, other, first, guest } = await setUp(context);
    const elsewhere = await recordAll(server.library, moved(FRAMES, other, 0));
    for (const path of [
      `/api/cameras/${other}/timeline${range(0, 1)}`,
      `/api/cameras/${other}/recordings/${elsewhere}.webm`,
      `/api/cameras/${id}/recordings/${elsewhere}.webm`,
      `/api/cameras/${other}/export.webm${range(0, 1)}`,
    ])
      assert.equal((await guest.call<Problem>('GET', path)).status, 404, path);
    for (const [method, path, body] of [
      ['PATCH', `/api/cameras/${id}/recordings/${first}`, { protected: true }],
      ['DELETE', `/api/cameras/${id}/recordings/${first}`, undefined],
      ['GET', `/api/cameras/${id}/recording`, undefined],
      ['PUT', `/api/cameras/${id}/recording`, DEFAULT_RECORDING],
    ] as const)
      assert.equal((await guest.call<Problem>(method, path, { body })).status, 403, path);
    assert.equal(
      (await guest.call('GET', `/api/cameras/${id}/recordings/${first}.webm`, { token: null })).status,
      200,
    );
    guest.cookies.clear();
    assert.equal(
      (await guest.call('GET', `/api/cameras/${id}/recordings/${first}.webm`, { token: null })).status,
      401,
    );
  });

  test('an administrator protects and deletes', async (context) => {
    const { server, id, first, admin } = await setUp(context);
    const path = `/api/cameras/${id}/recordings/${first}`;
    assert.equal((await admin.call('PATCH', path, { body: { protected: true } })).status, 204);
    assert.equal(server.library.find(first)?.protected, true);
    assert.equal((await admin.call('DELETE', path)).status, 204);
    assert.equal(server.library.find(first), undefined);
    assert.equal((await admin.call('DELETE', path)).status, 404);
  });

  test('recording settings are kept, and wrong fields are refused by name', async (context) => {
    const { id, admin } = await setUp(context);
    const path = `/api/cameras/${id}/recording`;
    const schedule = [{ days: [1, 2], from: '22:00', to: '06:00' }];
    const settings: RecordingSettings = { ...DEFAULT_RECORDING, mode: 'events', schedule };
    assert.equal((await admin.call('PUT', path, { body: settings })).status, 204);
    const { body } = await admin.call<{ settings: RecordingSettings; recording: boolean }>('GET', path);
    assert.deepEqual([body.settings, body.recording], [settings, false]);
    for (const [field, value] of [
      ['mode', 'always'],
      ['fps', 0],
      ['bitrateBps', 1],
      ['quotaBytes', 5],
      ['preRollSeconds', 31],
      ['schedule', [{ days: [7], from: '08:00', to: '09:00' }]],
      ['schedule', [{ days: [1], from: '8:00', to: '09:00' }]],
    ] as const) {
      const answer = await admin.call<Problem>('PUT', path, { body: { ...settings, [field]: value } });
      assert.equal(answer.status, 400, field);
      assert.match(answer.body.detail, new RegExp(field));
    }
  });

  test('a range that makes no sense, or is too long, is refused', async (context) => {
    const { id, guest } = await setUp(context);
    const timeline = `/api/cameras/${id}/timeline`;
    for (const query of ['', '?from=1', '?from=a&to=b', '?from=-1&to=1'])
      assert.equal((await guest.call('GET', timeline + query)).status, 400, query);
    for (const query of ['?from=2&to=1', range(0, 40 * 86_400_000)])
      assert.equal((await guest.call('GET', timeline + query)).status, 422, query);
    assert.equal(
      (await guest.call('GET', `/api/cameras/${id}/export.webm${range(0, 3 * 3_600_000)}`)).status,
      422,
    );
    assert.equal((await guest.call('GET', `/api/cameras/${id}/export.webm${range(0, 1)}`)).status, 404);
  });
});
