/** API keys over HTTP: made, shown once, listed, revoked, expired, and never more than their user. */

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import { ApiClient, type Answer } from '../support/api-client.ts';
import { rightsTo } from '../support/rights.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { make, list, startKeys } from './api-key-rig.ts';

async function namesFor(client: ApiClient): Promise<string[]> {
  return (await list(client)).map(({ name }) => name);
}

function revoke(client: ApiClient, { key }: MadeApiKey): Promise<Answer<unknown>> {
  return client.call('DELETE', `/api/keys/${key.id}`);
}

const HOUR_MS = 3_600_000;

test('a key opens the cameras and rights that it was given, and no more', async (context) => {
  const { door, admin, by, camerasBy } = await startKeys(context);
  const made = await make(admin, { cameras: rightsTo([door], ['live']) });
  assert.equal(made.status, 201);
  const { secret } = made.body;
  assert.match(secret, /^vigie_[a-z\d]{12}_[\w-]{43}$/);
  assert.deepEqual(await camerasBy(secret), [['Door', 'live']]);
  assert.equal((await by(secret, `/api/cameras/${door}/status`)).status, 200);
  assert.equal((await by(secret, `/api/cameras/${door}/timeline?from=0&to=1`)).status, 403);
  assert.equal((await by(secret, '/api/users')).status, 403);
  assert.equal((await by(secret, '/api/keys')).status, 403);
});

test('only the hash of a key is stored, and only its beginning is listed', async (context) => {
  const dataDir = temporaryFolder(context);
  const { server, admin } = await startKeys(context, { dataDir });
  const { secret, key } = (await make(admin, { everyCamera: ['live'] })).body;
  assert.ok(secret.startsWith(`${key.begins}_`));
  assert.doesNotMatch(JSON.stringify(await list(admin)), new RegExp(secret.slice(key.begins.length)));
  await server.close();
  using database = new DatabaseSync(server.store.path, { readOnly: true });
  const rows = database.prepare('SELECT * FROM credentials').all();
  assert.equal(rows.length, 1);
  const texts = Object.values(rows[0] ?? {}).map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : String(value),
  );
  assert.ok(texts.every((text) => !text.includes(secret.slice(-43))));
});

test('a key shrinks with the rights of its user, and ends with the user', async (context) => {
  const { server, door, addViewer, by, camerasBy } = await startKeys(context);
  const { user, client } = await addViewer('anna', ['live', 'lookBack']);
  const { secret } = (await make(client, { everyCamera: ['live', 'lookBack', 'events'] })).body;
  assert.deepEqual(await camerasBy(secret), [['Door', 'live lookBack']]);
  await server.accounts.users.change(user.id, { cameras: rightsTo([door], ['lookBack', 'events']) });
  assert.deepEqual(await camerasBy(secret), [['Door', 'lookBack events']]);
  await server.accounts.users.remove(user.id);
  assert.equal((await by(secret, '/api/cameras')).status, 401);
});

test('a key that administers becomes a viewer’s with its user', async (context) => {
  const { server, by } = await startKeys(context);
  const root = { username: 'root', password: 'a long password', role: 'administrator', cameras: [] } as const;
  const { id } = await server.accounts.users.add(root);
  const client = await ApiClient.signedIn(server, 'root', 'a long password');
  const { secret } = (await make(client, { powers: ['administer'] })).body;
  assert.equal((await by(secret, '/api/users')).status, 200);
  await server.accounts.users.change(id, { role: 'viewer' });
  assert.equal((await by(secret, '/api/users')).status, 403);
});

test('nobody gives a key more than they have', async (context) => {
  const { door, yard, addViewer, camerasBy } = await startKeys(context);
  const { client } = await addViewer('anna', ['live']);
  for (const [body, status] of [
    [{ cameras: rightsTo([door], ['lookBack']) }, 403],
    [{ cameras: rightsTo([yard], ['live']) }, 404],
    [{ powers: ['administer'] }, 403],
    [{ powers: ['metrics'] }, 403],
    [{ everyCamera: ['publish'] }, 403],
    [{}, 422],
    [{ everyCamera: ['live'], expiresAtMs: 1 }, 422],
    [{ everyCamera: ['live'], expiresAtMs: 4_000_000_000_000.5 }, 400],
  ] as const)
    assert.equal((await make(client, body)).status, status, JSON.stringify(body));
  const { secret } = (await make(client, { everyCamera: ['control', 'live'] })).body;
  assert.deepEqual(
    await camerasBy(secret),
    [['Door', 'live']],
    'every camera of hers, and every right of hers',
  );
});

test('users list and revoke their own keys, and administrators everybody’s', async (context) => {
  const { admin, addViewer, by } = await startKeys(context);
  const anna = await addViewer('anna', ['live']);
  const ben = await addViewer('ben', ['live']);
  const everyCamera = ['live'];
  const hers = (await make(anna.client, { name: 'hers', everyCamera })).body;
  const his = (await make(ben.client, { name: 'his', everyCamera })).body;
  assert.deepEqual(await namesFor(anna.client), ['hers']);
  assert.deepEqual(await namesFor(admin), ['hers', 'his']);
  assert.equal((await revoke(anna.client, his)).status, 404);
  assert.equal((await revoke(anna.client, hers)).status, 204);
  assert.equal((await by(hers.secret, '/api/cameras')).status, 401);
  assert.equal((await revoke(admin, his)).status, 204);
  assert.equal((await by(his.secret, '/api/cameras')).status, 401);
  assert.equal((await revoke(admin, his)).status, 404);
});

test('a key works until it expires', async (context) => {
  const clock = { ms: Date.now() };
  const { admin, by } = await startKeys(context, { nowMs: () => clock.ms });
  const { secret } = (await make(admin, { everyCamera: ['live'], expiresAtMs: clock.ms + HOUR_MS })).body;
  clock.ms += HOUR_MS - 1;
  assert.equal((await by(secret, '/api/cameras')).status, 200);
  clock.ms += 1;
  const expired = await by(secret, '/api/cameras');
  assert.equal(expired.status, 401);
  assert.match(expired.body.detail, /has expired/);
});

test('a key shows when and from where it was used last', async (context) => {
  const { admin, by } = await startKeys(context);
  const { secret, key } = (await make(admin, { everyCamera: ['live'] })).body;
  assert.equal(key.lastUsedAtMs, null);
  await by(secret, '/api/cameras');
  await until('it is stored', async () => (await list(admin))[0]?.lastUsedAtMs !== null);
  assert.equal((await list(admin))[0]?.lastAddress, '127.0.0.1');
});

test('a user has at most fifty keys', async (context) => {
  const { admin } = await startKeys(context);
  for (let key = 0; key < 50; key++) assert.equal((await make(admin, { everyCamera: ['live'] })).status, 201);
  assert.equal((await make(admin, { everyCamera: ['live'] })).status, 409);
});

test('actions of a key are in the audit log with its name', async (context) => {
  const { server, door, admin, by } = await startKeys(context);
  const { secret, key } = (await make(admin, { name: 'Hall', powers: ['administer'] })).body;
  await by(secret, `/api/cameras/${door}/mjpeg`, 'HEAD');
  await new ApiClient(server).call('PATCH', `/api/cameras/${door}`, {
    token: secret,
    body: { name: 'Gate' },
  });
  await admin.call('DELETE', `/api/keys/${key.id}`);
  const { body } = await admin.call<{ action: string; details: Record<string, unknown> }[]>(
    'GET',
    '/api/audit',
  );
  const entryOf = (action: string) => body.find((entry) => entry.action === action)?.details;
  assert.deepEqual(entryOf('cameraRenamed'), { name: 'Gate', key: 'Hall', byKeyId: key.id });
  assert.deepEqual(entryOf('apiKeyRevoked'), { name: 'Hall', keyId: key.id });
  assert.equal(entryOf('apiKeyMade')?.['name'], 'Hall');
  assert.doesNotMatch(JSON.stringify(body), new RegExp(secret.slice(-43)));
});
