/** Exports over HTTP: as jobs, and as one answer for programs. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { truncateSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import express from 'express';
import { rightsTo } from '../support/rights.ts';
import type { Guard } from '../../server/accounts/guard.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { createLog } from '../../server/log.ts';
import { exportRoutes } from '../../server/recording/export-routes.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { ExportView } from '../../server/wire/recording-export.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { ExportRig } from '../support/export-rig.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const FRAMES = encodedFrames({ count: 100 });
const BEGIN_MS = BEGIN_US / 1000;
const RANGE = { fromMs: BEGIN_MS + 2_500, toMs: BEGIN_MS + 12_000 };
const PASSWORD = 'a guest of this house';
/** More than the kernel takes of a connection nobody reads from. */
const LARGE_BYTES = 64 * 1024 * 1024;

function asAnna(): { userId: string } {
  return { userId: 'anna' };
}

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const other = (await server.store.cameras.add('Bird house', 'v1', 1)).id;
  await recordAll(server.library, moved(FRAMES, id, 0));
  await recordAll(server.library, moved(FRAMES, id, 10_000));
  const users = [];
  for (const username of ['anna', 'ben']) {
    const cameraIds = [id];
    const user = await server.accounts.users.add({
      username,
      password: PASSWORD,
      role: 'viewer',
      cameras: rightsTo(cameraIds),
    });
    users.push({ user, client: await ApiClient.signedIn(server, username, PASSWORD) });
  }
  const [anna, ben] = users.map(({ client }) => client);
  assert.ok(anna && ben && users[0]);
  const path = `/api/cameras/${id}/exports`;
  const ready = async (client = anna): Promise<ExportView> => {
    const { status, body } = await client.call<ExportView>('POST', path, { body: RANGE });
    assert.equal(status, 201);
    return until('it is ready', async () => {
      const found = await client.call<ExportView>('GET', `${path}/${body.id}`);
      return found.body.state === 'ready' && found.body;
    });
  };
  const fetchFile = (url: string, client = anna, headers: Record<string, string> = {}) =>
    fetch(server.url + url, { headers: { authorization: `Bearer ${client.accessToken}`, ...headers } });
  return { server, id, other, anna, ben, annaId: users[0].user.id, path, ready, fetchFile };
}

suite('exports over HTTP', () => {
  test('an export is made, listed, fetched as one segment of its true length, and is then gone', async (context) => {
    const { anna, ben, path, ready, fetchFile } = await setUp(context);
    const { id, bytes, expiresInMs } = await ready();
    assert.ok(expiresInMs !== null && expiresInMs > 590_000 && expiresInMs <= 600_000);
    const listed = (await anna.call<ExportView[]>('GET', '/api/exports')).body;
    assert.deepEqual(
      listed.map((each) => each.id),
      [id],
    );
    assert.equal((await fetchFile(`${path}/${id}.webm`, anna, { range: 'bytes=0-99' })).status, 206);
    const answer = await fetchFile(`${path}/${id}.webm`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'video/webm');
    assert.equal(answer.headers.get('cache-control'), 'private, no-store');
    assert.equal(Number(answer.headers.get('content-length')), bytes);
    assert.match(
      answer.headers.get('content-disposition') ?? '',
      /^attachment; filename="?\w+-2026-11-23T12-46-54Z\.webm"?$/,
    );
    const file = join(temporaryFolder(context), 'export.webm');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const { packets, durationSeconds } = await readWebm(file);
    assert.equal(packets[0]?.keyframe, true);
    assert.ok(Math.abs(durationSeconds - 10) < 0.05, `${durationSeconds} s`);
    await until('it is gone', async () => (await anna.call<[]>('GET', '/api/exports')).body.length === 0);
    assert.equal((await fetchFile(`${path}/${id}.webm`)).status, 404);
    assert.equal((await anna.call<ExportView>('GET', `${path}/${id}`)).body.state, 'fetched');
    assert.equal((await ben.call('GET', `${path}/${id}`)).status, 404);
    const removed = await ready();
    await anna.call('DELETE', `${path}/${removed.id}`);
    assert.equal((await anna.call('GET', `${path}/${removed.id}`)).status, 404, 'it was not fetched');
  });

  test('a file that lacks a segment says so, also to a program that fetches it at once', async (context) => {
    const { server, id, fetchFile } = await setUp(context);
    const url = `/api/cameras/${id}/export.webm?from=${BEGIN_MS}&to=${BEGIN_MS + 20_000}`;
    const whole = await fetchFile(url);
    await whole.arrayBuffer();
    const [first] = await server.library.range(id, BEGIN_MS, BEGIN_MS + 1_000);
    rmSync(server.library.pathOf(first ?? assert.fail()));
    const lacking = await fetchFile(url);
    await lacking.arrayBuffer();
    const missing = [whole, lacking].map(({ headers }) => headers.get('vigie-missing-segments'));
    assert.deepEqual(missing, ['0', '1']);
  });

  test('the end of a broken download can be fetched, and it is gone after its last byte', async (context) => {
    const { anna, path, ready, fetchFile } = await setUp(context);
    const { id } = await ready();
    const url = `${path}/${id}.webm`;
    const whole = await fetchFile(url, anna, { range: 'bytes=0-999' });
    const end = await fetchFile(url, anna, { range: 'bytes=1000-' });
    assert.deepEqual([whole.status, end.status], [206, 206]);
    await end.arrayBuffer();
    await until('it is gone', async () => (await fetchFile(url)).status === 404);
  });

  test('an export is its user’s alone, and nobody’s without the right to the camera', async (context) => {
    const { server, anna, ben, annaId, path, other, ready, fetchFile } = await setUp(context);
    const { id } = await ready();
    for (const [method, url] of [
      ['GET', `${path}/${id}`],
      ['GET', `${path}/${id}.webm`],
      ['DELETE', `${path}/${id}`],
    ] as const)
      assert.equal((await ben.call(method, url)).status, 404, `${method} ${url}`);
    assert.deepEqual((await ben.call('GET', '/api/exports')).body, []);
    const elsewhere = `/api/cameras/${other}/exports`;
    assert.equal((await anna.call('POST', elsewhere, { body: RANGE })).status, 404);
    assert.equal((await anna.call('GET', `${path}/${id}.webm`, { token: null })).status, 200, 'media cookie');
    const second = await ready();
    const [cameraId = ''] = /cam_\w+/.exec(path) ?? [];
    await server.accounts.users.change(annaId, { cameras: rightsTo([cameraId], ['live', 'events']) });
    assert.equal((await fetchFile(`${path}/${second.id}.webm`)).status, 403);
    assert.deepEqual((await anna.call('GET', '/api/exports')).body, []);
    await server.accounts.users.change(annaId, { cameras: rightsTo([cameraId]) });
    assert.deepEqual((await anna.call('GET', '/api/exports')).body, [], 'it is gone, not hidden');
    await server.accounts.users.change(annaId, { cameras: [] });
    assert.equal((await fetchFile(`${path}/${second.id}.webm`)).status, 404);
  });

  test('one too many is refused with 429 until one is removed, and other users have their own', async (context) => {
    const { anna, ben, path, ready } = await setUp(context);
    const first = await ready();
    await ready();
    const refused = await anna.call<Problem>('POST', path, { body: RANGE });
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '10']);
    assert.match(refused.body.detail, /fetch or remove one/);
    await ready(ben);
    assert.equal((await anna.call('DELETE', `${path}/${first.id}`)).status, 204);
    await ready();
  });

  test('a range that makes no sense, is too long, or has no recordings, is refused', async (context) => {
    const { anna, path } = await setUp(context);
    for (const [body, status] of [
      [{ fromMs: 2, toMs: 1 }, 422],
      [{ fromMs: 0 }, 400],
      [{ fromMs: 0, toMs: 3 * 3_600_000 }, 422],
      [{ fromMs: 0, toMs: 1 }, 404],
    ] as const)
      assert.equal((await anna.call('POST', path, { body })).status, status, JSON.stringify(body));
    assert.deepEqual((await anna.call('GET', '/api/exports')).body, []);
  });

  test('the one answer for programs is removed when it was sent, and when its reader has left', async (context) => {
    const { anna, id, fetchFile } = await setUp(context);
    const url = `/api/cameras/${id}/export.webm?from=${RANGE.fromMs}&to=${RANGE.toMs}`;
    const answer = await fetchFile(url);
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
    const gone = new AbortController();
    const left = fetch(answer.url, {
      headers: { authorization: `Bearer ${anna.accessToken}` },
      signal: gone.signal,
    });
    gone.abort();
    await assert.rejects(left);
    await until('none is left', async () => (await anna.call<[]>('GET', '/api/exports')).body.length === 0);
  });
});

test('a download that does not move ends, and its export can be fetched again', async (context) => {
  const rig = await ExportRig.make(context);
  await rig.record(1);
  const job = await rig.made();
  truncateSync(job.file().path, LARGE_BYTES);
  const guard = { mediaViewerOf: asAnna, streamTo: asAnna } as unknown as Guard;
  const log = createLog('silent');
  const server = new HttpServer({
    app: express()
      .use(exportRoutes(rig.exports, guard, 200))
      .use(errorHandler(log)),
    upgrades: {},
    log,
  });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const path = `/api/cameras/${job.cameraId}/exports/${job.id}.webm`;
  const headers = { connection: 'keep-alive' };
  const sent = get({ port, host: '127.0.0.1', path, headers, agent: false });
  sent.on('error', () => undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.pause().on('error', () => undefined);
  assert.equal(job.view.state, 'sending');
  // A client that sends meanwhile does not read, either.
  const sends = setInterval(() => response.socket.write('\r\n'), 20);
  await until('it has ended', () => job.view.state === 'ready');
  clearInterval(sends);
  assert.equal(rig.files.length, 1);
});
