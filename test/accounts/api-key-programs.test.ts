/** Programs with a key: where they are asked for Basic, wrong keys, rates, and streams that end with their key. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { REQUEST_BURST } from '../../server/accounts/api-key-use.ts';
import { makeApiKey } from '../../server/accounts/api-key-secret.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { rightsTo } from '../support/rights.ts';
import { until } from '../support/until.ts';
import { make, startKeys } from './api-key-rig.ts';

const HOUR_MS = 3_600_000;

test('a program is asked for Basic where it is taken, and a page never', async (context) => {
  const { server, door } = await startKeys(context);
  const challengeOf = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { headers });
    assert.equal(response.status, 401);
    return response.headers.get('www-authenticate') ?? '';
  };
  const snapshot = `/api/cameras/${door}/snapshot.jpg`;
  assert.match(await challengeOf(snapshot), /^Bearer .*, Basic /);
  assert.match(await challengeOf(`/api/cameras/${door}/mjpeg`), /Basic /);
  assert.doesNotMatch(await challengeOf('/api/cameras'), /Basic/);
  assert.doesNotMatch(await challengeOf(snapshot, { cookie: 'vigie_session=1' }), /Basic/);
  assert.doesNotMatch(await challengeOf(snapshot, { 'sec-fetch-dest': 'image' }), /Basic/);
});

test('a key in a URL opens nothing', async (context) => {
  const { by, admin } = await startKeys(context);
  const { secret } = (await make(admin, { powers: ['administer'] })).body;
  for (const name of ['key', 'token', 'access_token', 'api_key'])
    assert.equal((await by('none.none.none', `/api/cameras?${name}=${secret}`)).status, 401, name);
});

test('wrong keys of one address are held back, and a right one from there is served', async (context) => {
  const { server, admin, by } = await startKeys(context);
  const held: boolean[] = [];
  server.accounts.events.on('apiKeyRefused', ({ isHeld }) => held.push(isHeld));
  const { secret } = (await make(admin, { everyCamera: ['live'] })).body;
  const wrong = makeApiKey('key_222222222222');
  for (let attempt = 0; attempt < 30; attempt++) assert.equal((await by(wrong, '/api/cameras')).status, 401);
  const refused = await by(wrong, '/api/cameras');
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) > 60);
  assert.equal((await by(secret, '/api/cameras')).status, 200);
  assert.deepEqual([held.length, held.at(-2), held.at(-1)], [31, false, true]);
  // A key of the right id, and another secret.
  assert.equal((await by(secret.slice(0, -43) + 'a'.repeat(43), '/api/cameras')).status, 429);
});

test('a key above its rate is answered 429 with Retry-After', async (context) => {
  const { admin, by } = await startKeys(context);
  const { secret } = (await make(admin, { everyCamera: ['live'] })).body;
  const answers = await Promise.all(
    Array.from({ length: REQUEST_BURST * 3 }, () => by(secret, '/api/cameras')),
  );
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length > 0 && refused.length <= REQUEST_BURST * 2, `${refused.length} were refused`);
  assert.equal(refused[0]?.headers.get('retry-after'), '1');
  assert.match(refused[0]?.body.detail ?? '', /20 requests a second/);
});

/** A program that reads an answer by a key, and has stopped reading. */
async function reading(context: TestContext, what: 'mjpeg' | 'export.webm', nowMs?: () => number) {
  const rig = await startKeys(context, { ...(nowMs && { nowMs }), reviewIntervalMs: 20 });
  const { server, door, admin } = rig;
  const frames = encodedFrames({ count: 5, fps: 5 }).map((frame) => ({
    ...frame,
    data: Buffer.concat([frame.data, Buffer.alloc(400_000)]),
  }));
  if (what === 'export.webm')
    for (let second = 0; second < 20; second++)
      await recordAll(server.library, moved(frames, door, second * 1000));
  const beginMs = BEGIN_US / 1000;
  const expiresAtMs = Date.now() + HOUR_MS;
  const cameras = rightsTo([door], ['live', 'lookBack']);
  const { secret, key } = (await make(admin, { cameras, expiresAtMs })).body;
  const query = what === 'mjpeg' ? '' : `?from=${beginMs}&to=${beginMs + 60_000}`;
  const request = get(`${server.url}/api/cameras/${door}/${what}${query}`, {
    headers: { authorization: `Bearer ${secret}` },
    agent: false,
  });
  request.on('error', () => undefined);
  context.after(() => request.destroy());
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  response.on('error', () => undefined);
  response.pause();
  assert.equal(server.accounts.leases.size, 1);
  return { ...rig, key, response };
}

for (const what of ['mjpeg', 'export.webm'] as const)
  test(`${what} ends when its key is revoked`, async (context) => {
    const { admin, key, response, server } = await reading(context, what);
    assert.equal((await admin.call('DELETE', `/api/keys/${key.id}`)).status, 204);
    response.resume();
    await until('the connection is cut', () => response.destroyed, 1000);
    assert.equal(response.complete, false);
    await until('nothing is held', () => server.accounts.leases.size === 0);
  });

test('a stream ends when its key expires', async (context) => {
  const clock = { ms: Date.now() };
  const { response } = await reading(context, 'mjpeg', () => clock.ms);
  clock.ms += HOUR_MS + 60_000;
  response.resume();
  await until('the connection is cut', () => response.destroyed);
  assert.equal(response.complete, false);
});

test('a stream by a key goes on when another key is revoked', async (context) => {
  const { admin, response, server } = await reading(context, 'mjpeg');
  const other = (await make(admin, { everyCamera: ['live'] })).body;
  await admin.call('DELETE', `/api/keys/${other.key.id}`);
  assert.equal(server.accounts.leases.size, 1);
  assert.equal(response.destroyed, false);
});
