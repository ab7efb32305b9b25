import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { MJPEG_SHARES } from '../../server/pictures/mjpeg-streams.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { overload } from '../support/overload.ts';
import { until } from '../support/until.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

/** @param mark the byte that fills the picture */
function pictureOf(cameraId: string, mark: number, bytes = 100): CameraFrame {
  const jpeg = new Uint8Array(bytes).fill(mark);
  const us = 1_800_000_000_000_000 + mark;
  return { cameraId, jpeg, width: 640, height: 480, captureUs: us, receivedUs: us };
}

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const client = await ApiClient.signedIn(server);
  const path = `/api/cameras/${id}/mjpeg`;
  const open = async (cookie = false, token = client.accessToken): Promise<Mjpeg> => {
    const headers: Record<string, string> = cookie
      ? { cookie: `vigie_media=${client.cookies.get('vigie_media')?.value}` }
      : { authorization: `Bearer ${token}` };
    const request = get(server.url + path, { headers, agent: false });
    request.on('error', () => undefined);
    context.after(() => request.destroy());
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Mjpeg(response);
  };
  return { server, client, id, path, open };
}

/** Reads the parts like a browser. */
class Mjpeg {
  readonly response: IncomingMessage;
  readonly marks: number[] = [];
  ended = false;
  #text = '';

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('latin1');
    response.on('data', (chunk: string) => {
      this.#text += chunk;
      this.#read();
    });
    response.on('close', () => (this.ended = true));
    response.on('error', () => undefined);
  }

  #read(): void {
    for (;;) {
      const part =
        /^--picture\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)\r\nX-Timestamp: [\d.]+\r\n\r\n/.exec(
          this.#text,
        );
      if (!part) return;
      const start = part[0].length;
      const end = start + Number(part[1]);
      // The boundary of the next part follows at once.
      if (!this.#text.startsWith('\r\n--picture\r\n', end)) return;
      this.marks.push(this.#text.charCodeAt(start));
      this.#text = this.#text.slice(end + 2);
    }
  }
}

test('the pictures are sent unmodified, the newest first, each complete before the next', async (context) => {
  const { server, id, open } = await setUp(context);
  server.hub.publish(pictureOf(id, 1));
  const stream = await open();
  assert.equal(stream.response.statusCode, 200);
  assert.equal(stream.response.headers['content-type'], 'multipart/x-mixed-replace; boundary=picture');
  assert.equal(stream.response.headers['cache-control'], 'no-store');
  await until('the one that was there', () => stream.marks.length === 1);
  server.hub.publish(pictureOf(id, 2));
  await until('the next', () => stream.marks.length === 2);
  assert.deepEqual(stream.marks, [1, 2]);
});

test('the media cookie is enough, and clients without a session or the right get nothing', async (context) => {
  const { server, client, path, open } = await setUp(context);
  assert.equal((await open(true)).response.statusCode, 200);
  assert.equal((await client.call('GET', path, { token: null, headers: { cookie: '' } })).status, 401);
  await server.accounts.users.add({
    username: 'ada',
    password: 'ada password',
    role: 'viewer',
    cameras: [],
  });
  const ada = await ApiClient.signedIn(server, 'ada', 'ada password');
  assert.equal((await ada.call('GET', path)).status, 404);
  assert.equal((await client.call('HEAD', path)).status, 200);
  assert.equal((await client.call('GET', `${path}?fps=0`)).status, 400);
  assert.equal(server.mjpeg.counters.open, 1);
});

test('a slow reader gets the newest picture when it reads again, and skipped ones are counted', async (context) => {
  const { server, id, open } = await setUp(context);
  const slow = await open();
  const fast = await open();
  slow.response.pause();
  for (let mark = 1; mark <= 60; mark++) {
    server.hub.publish(pictureOf(id, mark, 1024 * 1024));
    await until('the other has it', () => fast.marks.at(-1) === mark);
  }
  assert.ok(server.mjpeg.counters.passedOver > 30, `${server.mjpeg.counters.passedOver} passed over`);
  slow.response.resume();
  await until('the newest', () => slow.marks.at(-1) === 60);
  assert.ok(slow.marks.length < 30, `${slow.marks.length} came`);
});

test('a stream ends with its right, camera or session', async (context) => {
  const { server, id, client, open } = await setUp(context);
  const ada = await server.accounts.users.add({
    username: 'ada',
    password: 'ada password',
    role: 'viewer',
    cameras: rightsTo([id]),
  });
  const adas = await ApiClient.signedIn(server, 'ada', 'ada password');
  const stream = await open(false, adas.accessToken);
  await client.call('PUT', `/api/users/${ada.id}/cameras`, { body: { cameras: [] } });
  await until('it ends with the right', () => stream.ended, 1000);

  const second = await ApiClient.signedIn(server);
  const ofSession = await open(false, second.accessToken);
  const other = await open();
  await second.call('POST', '/api/auth/logout');
  await until('it ends with the session', () => ofSession.ended, 1000);
  assert.equal(other.ended, false);

  await client.call('DELETE', `/api/cameras/${id}`);
  await until('it ends with the camera', () => other.ended, 1000);
  await until('none is left', () => server.mjpeg.counters.open === 0);
});

test('a stream outlives its token, and ends when the sign-in has been unused for too long', async (context) => {
  let nowMs = Date.now();
  const server = await startApi(context, { nowMs: () => nowMs, reviewIntervalMs: 20 });
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const client = await ApiClient.signedIn(server);
  const headers = { authorization: `Bearer ${client.accessToken}` };
  const request = get(`${server.url}/api/cameras/${id}/mjpeg`, { headers, agent: false });
  request.on('error', () => undefined);
  context.after(() => request.destroy());
  const stream = new Mjpeg(((await once(request, 'response')) as [IncomingMessage])[0]);
  const DAY_MS = 24 * 3600_000;
  nowMs += DAY_MS;
  for (const mark of [1, 2, 3]) {
    server.hub.publish(pictureOf(id, mark));
    await until('it is there', () => stream.marks.at(-1) === mark);
  }
  assert.equal(stream.ended, false);
  nowMs += 30 * DAY_MS;
  await until('it ends with the sign-in', () => stream.ended);
});

test('a full server refuses a stream with a delay, and the end of a stream makes room', async (context) => {
  const { server, id, client, path, open } = await setUp(context);
  const streams = [];
  for (let i = 0; i < 7; i++) streams.push(await open());
  const leave = server.capacity.open({ userId: 'another' }, id);
  overload(server.capacity);
  const refused = await client.call('GET', path);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '5');
  const { code, detail } = refused.body as { code: string; detail: string };
  assert.deepEqual([code, detail], ['full', 'this server is full: 8 are watching; try again in a moment']);
  assert.equal(server.capacity.stats.refused, 1);
  streams[0]?.response.destroy();
  await until('its place is free', () => server.capacity.stats.streams === 7);
  assert.equal((await open()).response.statusCode, 200);
  leave();
});

test('one user has a limited number of streams, and a closed one makes room', async (context) => {
  const { server, open } = await setUp(context);
  const streams: Mjpeg[] = [];
  for (let i = 0; i < MJPEG_SHARES.perUser; i++) streams.push(await open());
  assert.equal((await open()).response.statusCode, 429);
  streams[0]?.response.destroy();
  await until('there is room', () => server.mjpeg.counters.open < MJPEG_SHARES.perUser);
  assert.equal((await open()).response.statusCode, 200);
});
