/** Tests that a request creates something once for each Idempotency-Key, whoever sends it and how often. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { API_ROUTES, type ApiRouteName } from '../../server/wire/api-routes.ts';
import type { ApiRoute } from '../../server/wire/api-route.ts';
import { ApiClient, type Answer } from '../support/api-client.ts';
import { startApi, type ApiServer } from '../support/api-server.ts';

type Made = Record<string, unknown> & { id: string; detail: string };

let server: ApiServer;
let admin: ApiClient;
let cameraId: string;
const ends: (() => unknown)[] = [];
before(async () => {
  server = await startApi({ after: (end) => ends.unshift(end) });
  admin = await ApiClient.signedIn(server);
  cameraId = (await server.store.cameras.add('Door', 'v1', 0)).id;
});
after(async () => {
  for (const end of ends) await end();
});

function send(path: string, body: unknown, key: string, client = admin): Promise<Answer<Made>> {
  return client.call('POST', path, { body, headers: { 'idempotency-key': key } });
}

async function keyOf(name: string): Promise<ApiClient> {
  const body = { name, everyCamera: ['live'], powers: ['administer'], expiresAtMs: null };
  const { body: made } = await admin.call<{ secret: string }>('POST', '/api/keys', { body });
  const client = new ApiClient(server);
  client.accessToken = made.secret;
  return client;
}

async function countOf(path: string): Promise<number> {
  return (await admin.call<unknown[]>('GET', path)).body.length;
}

/** Without recordings an export is refused; it is keyed by the same code. */
const BODIES: Partial<Record<ApiRouteName, object>> = {
  'POST /api/users': { username: 'ann', password: 'a good long password', role: 'viewer' },
  'POST /api/keys': { name: 'Hall', everyCamera: ['live'], expiresAtMs: null },
  'POST /api/cameras': { name: 'Hall' },
  'POST /api/cameras/:cameraId/sensors': { name: 'Stairs' },
  'POST /api/webhooks': { name: 'Hook', url: 'https://example.com/hook', kinds: ['motion'] },
  'POST /api/cameras/:cameraId/exports': { fromMs: 1, toMs: 2 },
};

for (const [name, { keyed }] of Object.entries(API_ROUTES) as [ApiRouteName, ApiRoute][]) {
  if (!keyed || name.endsWith('/exports')) continue;
  test(`${name} makes one thing with one key, and answers the same twice`, async () => {
    const path = name.replace('POST ', '').replace(':cameraId', cameraId);
    const key = `"${randomUUID()}"`;
    const had = await countOf(path);
    const first = await send(path, BODIES[name], key);
    assert.equal(first.status, 201, first.body.detail);
    const again = await send(path, BODIES[name], key);
    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(again.headers.get('location'), first.headers.get('location'));
    assert.equal(await countOf(path), had + 1);
  });
}

test('every route with a key is tried', () => {
  const keyed = (Object.entries(API_ROUTES) as [string, ApiRoute][]).filter(([, route]) => route.keyed);
  assert.deepEqual(keyed.map(([name]) => name).toSorted(), Object.keys(BODIES).toSorted());
});

test('while a request is under way, another with its key is told to wait', async (context) => {
  const add = server.catalog.add.bind(server.catalog);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  context.mock.method(server.catalog, 'add', async (name: string) => {
    begin();
    await released;
    return add(name);
  });
  const key = randomUUID();
  const first = send('/api/cameras', { name: 'Once' }, key);
  await begun;
  const early = await send('/api/cameras', { name: 'Once' }, key);
  assert.deepEqual([early.status, early.headers.get('retry-after')], [409, '1']);
  assert.match(early.body.detail, /still under way/);
  release();
  const { body: made } = await first;
  assert.deepEqual((await send('/api/cameras', { name: 'Once' }, key)).body, made);
});

test('a key of another request is refused: another body, another path', async () => {
  const key = randomUUID();
  assert.equal((await send('/api/cameras', { name: 'Yard' }, key)).status, 201);
  const had = await countOf('/api/cameras');
  for (const [path, body] of [
    ['/api/cameras', { name: 'Garden' }],
    [`/api/cameras/${cameraId}/sensors`, { name: 'Yard' }],
  ] as const) {
    const { status, body: problem } = await send(path, body, key);
    assert.deepEqual([status, problem['code']], [422, 'unprocessable'], path);
  }
  assert.equal(await countOf('/api/cameras'), had);
});

test('spaces and the order of fields in the body make no other request', async () => {
  const key = randomUUID();
  const first = await send('/api/keys', '{"name":"a","everyCamera":["live"],"expiresAtMs":null}', key);
  const again = await send('/api/keys', '{"expiresAtMs":null, "everyCamera":["live"], "name":"a"}', key);
  assert.deepEqual([again.status, again.body], [201, first.body]);
});

test('another caller with the same key and body makes a thing of their own', async () => {
  const key = randomUUID();
  const body = { name: 'Shared' };
  const [program, other] = [await keyOf('one'), await keyOf('other')];
  const made = [];
  for (const client of [admin, program, other, program])
    made.push((await send('/api/cameras', body, key, client)).body.id);
  assert.equal(new Set(made).size, 3);
  assert.equal(made[3], made[1]);
});

test('a caller whose rights have ended is not answered again', async () => {
  const key = randomUUID();
  const program = await keyOf('ending');
  const { body } = await send('/api/cameras', { name: 'Cellar' }, key, program);
  assert.ok(body.id);
  const keys = await admin.call<{ id: string; name: string }[]>('GET', '/api/keys');
  const id = keys.body.find(({ name }) => name === 'ending')?.id;
  await admin.call('DELETE', `/api/keys/${id}`);
  assert.equal((await send('/api/cameras', { name: 'Cellar' }, key, program)).status, 401);
});

test('a refused request leaves its key free', async () => {
  const key = randomUUID();
  const body = { username: 'twice', password: 'a good long password', role: 'viewer' };
  const { body: user } = await send('/api/users', body, randomUUID());
  assert.equal((await send('/api/users', body, key)).status, 409);
  await admin.call('DELETE', `/api/users/${user.id}`);
  assert.equal((await send('/api/users', body, key)).status, 201);
});

test('a request that failed after it made something is not done again', async (context) => {
  const add = server.catalog.add.bind(server.catalog);
  const failing = context.mock.method(server.catalog, 'add', async (name: string) => {
    await add(name);
    throw new Error('made, and then it failed');
  });
  const key = randomUUID();
  const had = await countOf('/api/cameras');
  assert.equal((await send('/api/cameras', { name: 'Half' }, key)).status, 500);
  failing.mock.restore();
  const again = await send('/api/cameras', { name: 'Half' }, key);
  assert.equal(again.status, 409);
  assert.match(again.body.detail, /may have had an effect/);
  assert.equal(await countOf('/api/cameras'), had + 1);
});

for (const key of [
  'short',
  'x'.repeat(129),
  '"8e03978e-40d5-43dd-bc93-6894a57f9324',
  'with some spaces in it',
  '""',
])
  test(`a malformed key is refused: ${key.slice(0, 40)}`, async () => {
    const { status, body } = await send('/api/cameras', { name: 'Attic' }, key);
    assert.equal(status, 400);
    assert.match(body.detail, /Idempotency-Key must be/);
  });

test('the audit log has what was made once', async () => {
  const key = randomUUID();
  await send('/api/cameras', { name: 'Audited' }, key);
  await send('/api/cameras', { name: 'Audited' }, key);
  const { body } = await admin.call<{ details: { name?: string } }[]>('GET', '/api/audit?limit=100');
  assert.equal(body.filter(({ details }) => details.name === 'Audited').length, 1);
});
