import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import express, { type Request } from 'express';
import { Jimp } from 'jimp';
import type { Guard } from '../../server/accounts/guard.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { snapshotRoutes, THUMBNAIL_SHARES } from '../../server/pictures/snapshot-routes.ts';
import { Thumbnails, type FrameScaler } from '../../server/pictures/thumbnails.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { until } from '../support/until.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const picture = new Jimp({ width: 640, height: 480, color: 0x3366ccff });
const jpeg = new Uint8Array(await picture.getBuffer('image/jpeg'));

function frameOf(cameraId: string, receivedUs = 1_800_000_000_000_000, bytes = jpeg): CameraFrame {
  return { cameraId, jpeg: bytes, width: 640, height: 480, captureUs: receivedUs - 1000, receivedUs };
}

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  server.frames.set(id, frameOf(id));
  const client = await ApiClient.signedIn(server);
  const path = `/api/cameras/${id}/snapshot.jpg`;
  const fetchBytes = async (query = '', headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${client.accessToken}`;
    // Not fetch, which forbids a cached answer for a conditional request.
    const request = get(server.url + path + query, { headers: { authorization, ...headers } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = await response.toArray();
    return {
      status: response.statusCode,
      headers: response.headers,
      bytes: new Uint8Array(Buffer.concat(chunks)),
    };
  };
  return { server, client, id, path, fetchBytes };
}

test('a snapshot is the newest JPEG unmodified, and caches revalidate it', async (context) => {
  const { fetchBytes } = await setUp(context);
  const { status, headers, bytes } = await fetchBytes();
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'image/jpeg');
  assert.equal(headers['cache-control'], 'private, no-cache');
  assert.equal(headers['last-modified'], new Date(1_800_000_000_000).toUTCString());
  assert.deepEqual(bytes, jpeg);
});

test('if the newest does not decode, the last one that did takes its place, with its age', async (context) => {
  const { server, id, client, path, fetchBytes } = await setUp(context);
  const receivedUs = (Date.now() - 90_500) * 1000;
  const older = new Uint8Array(
    await new Jimp({ width: 64, height: 48, color: 0xff }).getBuffer('image/jpeg'),
  );
  server.soundFrames.set(id, { ...frameOf(id, receivedUs, older), width: 64, height: 48 });
  for (const query of ['', '?width=320']) {
    const { bytes, headers } = await fetchBytes(query);
    assert.deepEqual(bytes, older);
    assert.equal(headers['last-modified'], new Date(receivedUs / 1000).toUTCString());
    assert.ok(Number(headers['age']) >= 90, String(headers['age']));
  }
  server.soundFrames.set(id, undefined);
  const none = await client.call<Problem>('GET', path);
  assert.deepEqual([none.status, none.body.code], [503, 'unavailable']);
});

test('a picture that the browser has is not sent again, a newer one is', async (context) => {
  const { server, id, fetchBytes } = await setUp(context);
  const { headers } = await fetchBytes();
  const condition = { 'if-none-match': headers.etag ?? '' };
  const same = await fetchBytes('', condition);
  assert.deepEqual([same.status, same.bytes.length], [304, 0]);
  assert.equal((await fetchBytes('?width=160', condition)).status, 200);
  server.frames.set(id, frameOf(id, 1_800_000_001_000_000));
  assert.equal((await fetchBytes('', condition)).status, 200);
});

test("a thumbnail has the requested width and the picture's shape, and is never enlarged", async (context) => {
  const { fetchBytes } = await setUp(context);
  const { status, bytes } = await fetchBytes('?width=320');
  assert.equal(status, 200);
  const thumbnail = await Jimp.fromBuffer(Buffer.from(bytes));
  assert.deepEqual([thumbnail.width, thumbnail.height], [320, 240]);
  assert.deepEqual((await fetchBytes('?width=800')).bytes, jpeg);
});

test('the media cookie shows pictures, and nothing else', async (context) => {
  const { client, path, id } = await setUp(context);
  const token = null;
  assert.equal((await client.call('GET', path, { token })).status, 200);
  assert.equal((await client.call('HEAD', path, { token })).status, 200);
  for (const method of ['POST', 'DELETE', 'PUT'])
    assert.notEqual((await client.call(method, path, { token })).status, 200, method);
  for (const other of ['/api/cameras', `/api/cameras/${id}/status`])
    assert.equal((await client.call('GET', other, { token })).status, 401, other);
  assert.equal((await client.call('DELETE', `/api/cameras/${id}`, { token })).status, 401);
});

test('the media cookie is ignored for embedding by another site', async (context) => {
  const { client, path } = await setUp(context);
  for (const [site, status] of [
    ['cross-site', 401],
    ['same-site', 401],
    ['same-origin', 200],
    ['none', 200],
  ] as const)
    assert.equal(
      (await client.call('GET', path, { token: null, headers: { 'sec-fetch-site': site } })).status,
      status,
      site,
    );
});

test('the media cookie is invalid after signing out, and for cameras without the right', async (context) => {
  const { server, client, path } = await setUp(context);
  await server.accounts.users.add({
    username: 'ada',
    password: 'ada password',
    role: 'viewer',
    cameras: [],
  });
  const ada = await ApiClient.signedIn(server, 'ada', 'ada password');
  assert.equal((await ada.call('GET', path, { token: null })).status, 404);
  const cookie = `vigie_media=${client.cookies.get('vigie_media')?.value}`;
  await client.call('POST', '/api/auth/logout');
  assert.equal((await client.call('GET', path, { token: null, headers: { cookie } })).status, 401);
});

test('a picture that cannot be scaled is an error, and the next one works', async (context) => {
  const { server, client, id, path, fetchBytes } = await setUp(context);
  server.frames.set(id, frameOf(id, 1, new Uint8Array([0xff, 0xd8, 0xff, 0xd9])));
  const answer = await client.call<Problem>('GET', `${path}?width=100`);
  assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable']);
  assert.equal(answer.headers.get('etag'), null);
  server.frames.set(id, frameOf(id, 2));
  assert.equal((await fetchBytes('?width=100')).status, 200);
  assert.equal(server.thumbnails.counters.failed, 1);
});

/** Answers when the test says so; the bytes name the frame. */
class StubScaler implements FrameScaler {
  readonly asked: { receivedUs: number; width: number; answer: (error?: Error) => void }[] = [];

  scaleFrame({ receivedUs }: CameraFrame, width: number): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const answer = (error?: Error) => (error ? reject(error) : resolve(Uint8Array.of(receivedUs)));
    this.asked.push({ receivedUs, width, answer });
    return promise;
  }

  answer(index: number, error?: Error): void {
    this.asked[index]?.answer(error);
  }
}

function makeThumbnails(context: TestContext) {
  const scaler = new StubScaler();
  const thumbnails = new Thumbnails(scaler, createLog('silent'));
  context.after(() => thumbnails.close());
  return { scaler, thumbnails };
}

test('requests for the same thumbnail share one', async (context) => {
  const { scaler, thumbnails } = makeThumbnails(context);
  const frame = frameOf('cam_a');
  const all = Array.from({ length: 10 }, () => thumbnails.of(frame, 100));
  scaler.answer(0);
  const [first, ...others] = await Promise.all(all);
  for (const other of others) assert.equal(other, first);
  assert.equal(await thumbnails.of(frame, 100), first);
  assert.deepEqual([scaler.asked.length, thumbnails.counters.made], [1, 1]);
});

test('while one is made, only the newest frame waits', async (context) => {
  const { scaler, thumbnails } = makeThumbnails(context);
  const all = [1, 2, 3, 4, 5].map((receivedUs) => thumbnails.of(frameOf('cam_a', receivedUs), 100));
  scaler.answer(0);
  assert.deepEqual(await all[0], Uint8Array.of(1));
  scaler.answer(1);
  for (const older of all.slice(1)) assert.deepEqual(await older, Uint8Array.of(5));
  assert.deepEqual(thumbnails.counters, { made: 2, failed: 0, refused: 0, replaced: 3 });
  assert.equal(await thumbnails.of(frameOf('cam_a', 5), 100), await all[4]);
});

test('a thumbnail that cannot be made fails for its requests, and the next is made', async (context) => {
  const { scaler, thumbnails } = makeThumbnails(context);
  const bad = thumbnails.of(frameOf('cam_a', 1), 100);
  const good = thumbnails.of(frameOf('cam_a', 2), 100);
  scaler.answer(0, new Error('JPEG: Invalid data found'));
  await assert.rejects(bad, (error) => error instanceof VigieError && error.code === 'unavailable');
  scaler.answer(1);
  assert.deepEqual(await good, Uint8Array.of(2));
  assert.deepEqual(thumbnails.counters, { made: 1, failed: 1, refused: 0, replaced: 0 });
});

test('at most 32 thumbnails wait, and closing answers all of them', async (context) => {
  const { thumbnails } = makeThumbnails(context);
  const wanted = Array.from({ length: 40 }, (_, index) =>
    thumbnails.of(frameOf(`cam_${index}`), 100, `user ${index % 4}`),
  );
  const outcomes = Promise.allSettled(wanted);
  thumbnails.close();
  for (const outcome of await outcomes)
    assert.ok(
      outcome.status === 'rejected' &&
        outcome.reason instanceof VigieError &&
        outcome.reason.code === 'unavailable',
    );
  assert.equal(thumbnails.counters.refused, 7);
  await assert.rejects(thumbnails.of(frameOf('cam_a'), 100), /stopping/);
  thumbnails.close();
});

test('users take turns, and the same thumbnail is made in the first turn of those who wait for it', async (context) => {
  const { scaler, thumbnails } = makeThumbnails(context);
  const flood = Array.from({ length: 30 }, (_, index) =>
    thumbnails.of(frameOf('cam_a', index), 100 + index, 'anna'),
  );
  const outcomes = Promise.allSettled(flood);
  const own = thumbnails.of(frameOf('cam_b', 500), 100, 'ben');
  const shared = thumbnails.of(frameOf('cam_a', 20), 120, 'ben');
  assert.equal(thumbnails.counters.refused, 5, 'the share of one user');
  for (let made = 0; made < 6; made++) {
    scaler.answer(made);
    await new Promise(setImmediate);
  }
  assert.deepEqual([await own, await shared], [Uint8Array.of(500), Uint8Array.of(20)]);
  assert.deepEqual(
    scaler.asked.slice(0, 6).map(({ receivedUs }) => receivedUs),
    [0, 1, 500, 2, 20, 3],
  );
  thumbnails.close();
  await outcomes;
});

test('one user has a limited number of waiting thumbnails, which leaves room for others', async (context) => {
  const made = Promise.withResolvers<Uint8Array>();
  let asked = 0;
  const thumbnails = {
    of: () => {
      asked++;
      return made.promise;
    },
  };
  const guard = { mediaViewerOf: ({ headers }: Request) => ({ userId: String(headers['user']) }) };
  const routes = snapshotRoutes(
    { latest: frameOf, sound: async (cameraId) => frameOf(cameraId) },
    thumbnails as unknown as Thumbnails,
    guard as unknown as Guard,
  );
  const app = express()
    .use(routes)
    .use(errorHandler(createLog('silent')));
  const server = new HttpServer({ app, upgrades: {}, log: createLog('silent') });
  context.after(() => server.close());
  const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}/api/cameras/door/snapshot.jpg`;
  const ask = (user: string, query: string) => fetch(url + query, { headers: { user } });
  const waiting = Array.from({ length: THUMBNAIL_SHARES.perUser }, (_, index) =>
    ask('anna', `?width=${100 + index}`),
  );
  await until('all wait', () => asked === THUMBNAIL_SHARES.perUser);
  assert.equal((await ask('anna', '?width=300')).status, 429);
  assert.equal((await ask('anna', '')).status, 200, 'one that needs no work');
  const other = ask('ben', '?width=300');
  await until('another is let in', () => asked === THUMBNAIL_SHARES.perUser + 1);
  made.resolve(jpeg);
  for (const { status } of await Promise.all([...waiting, other])) assert.equal(status, 200);
  assert.equal((await ask('anna', '?width=300')).status, 200);
});
