import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Problem } from '../../server/wire/problem.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const BEGIN_MS = BEGIN_US / 1000;
const LONG_AGO = 'Thu, 01 Jan 1970 00:00:01 GMT';
/** Requests that a file sender refuses, or answers in a special way (RFC 9110 sections 13 and 14). */
const HEADERS: Record<string, string>[] = [
  { range: 'bytes=999999999-' },
  { range: 'bytes=5-2' },
  { range: 'bytes=-0' },
  { range: 'bytes=0-0,999999999-' },
  { range: 'lines=1-2' },
  { range: 'bytes=999999999-', 'if-range': '"other"' },
  { 'if-match': '"other"' },
  { 'if-match': '*' },
  { 'if-unmodified-since': LONG_AGO },
  { 'if-unmodified-since': 'yesterday' },
  { 'if-none-match': '*' },
];

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const segment = await recordAll(server.library, moved(encodedFrames({ count: 100 }), id, 0));
  const jpeg = new Uint8Array(100);
  const receivedUs = BEGIN_US;
  server.frames.set(id, { cameraId: id, jpeg, width: 640, height: 480, captureUs: receivedUs, receivedUs });
  const motion = { kind: 'motion', source: 'motion', sourceName: '', score: null } as const;
  const event = await server.store.events.add(
    { ...motion, zones: [], id: 'evt_1', cameraId: id, startedAtMs: BEGIN_MS, endedAtMs: BEGIN_MS + 1000 },
    BEGIN_MS,
  );
  await server.store.events.addThumbnail(id, event.id, jpeg);
  const { accessToken } = await ApiClient.signedIn(server);
  const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
    fetch(server.url + path, { method, headers: { authorization: `Bearer ${accessToken}`, ...headers } });
  const camera = `/api/cameras/${id}`;
  return {
    ask,
    segment: `${camera}/recordings/${segment}.webm`,
    files: [
      '/',
      '/index.html',
      '/assets/app-1a2b3c4d.js',
      `${camera}/recordings/${segment}.webm`,
      `${camera}/export.webm?from=${BEGIN_MS}&to=${BEGIN_MS + 2000}`,
      `${camera}/events/${event.id}/thumbnail.jpg`,
      `${camera}/events/${event.id}/clip.webm`,
      `${camera}/snapshot.jpg`,
    ],
  };
}

test('no range or precondition makes a file answer with a server fault', async (context) => {
  const { ask, files } = await setUp(context);
  for (const path of files)
    for (const headers of HEADERS)
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(path, { accept: 'text/html,*/*', ...headers }, method);
        await answer.arrayBuffer();
        assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(headers)}: ${answer.status}`);
      }
});

test('an answer that depends on a right stays in no cache, or is asked for again each time', async (context) => {
  const { ask, files } = await setUp(context);
  for (const path of files.filter((each) => each.startsWith('/api/'))) {
    const answer = await ask(path, {});
    await answer.arrayBuffer();
    assert.equal(answer.status, 200, path);
    const wanted = path.endsWith('snapshot.jpg') ? /^private, no-cache$/ : /^(?:private, )?no-store$/;
    assert.match(answer.headers.get('cache-control') ?? '', wanted, path);
  }
});

test('a range beyond the end of a recording is refused with its length', async (context) => {
  const { ask, segment } = await setUp(context);
  const bytes = (await (await ask(segment, {})).arrayBuffer()).byteLength;
  const answer = await ask(segment, { range: `bytes=${bytes}-` });
  assert.equal(answer.status, 416);
  assert.equal(answer.headers.get('content-range'), `bytes */${bytes}`);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(((await answer.json()) as Problem).code, 'rangeNotSatisfiable');
});

test('a failed precondition on a recording is refused', async (context) => {
  const { ask, segment } = await setUp(context);
  for (const headers of [{ 'if-match': '"other"' }, { 'if-unmodified-since': LONG_AGO }]) {
    const answer = await ask(segment, headers);
    assert.equal(answer.status, 412);
    assert.equal(answer.headers.get('etag'), null);
    assert.equal(((await answer.json()) as Problem).code, 'preconditionFailed');
  }
});
