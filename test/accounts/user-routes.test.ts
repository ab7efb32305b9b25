import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { inPerson } from '../../server/core/grant.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { UserView } from '../../server/wire/account.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

async function setUp(context: TestContext) {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const add = async (username: string, role: string) =>
    (
      await admin.call<UserView & Problem>('POST', '/api/users', {
        body: { username, password: 'first password', role },
      })
    ).body;
  const change = (id: string, body: object) =>
    admin.call<UserView & Problem>('PATCH', `/api/users/${id}`, { body });
  const adminId = server.store.users.findByName('admin')?.id ?? '';
  return { server, admin, adminId, add, change };
}

test('users are added and listed without any part of their passwords', async (context) => {
  const { admin, add } = await setUp(context);
  const ada = await add(' Ada ', 'viewer');
  assert.deepEqual(Object.keys(ada).sort(), ['cameras', 'createdAtMs', 'id', 'role', 'username']);
  assert.equal(ada.username, 'Ada');
  const { body } = await admin.call<UserView[]>('GET', '/api/users');
  assert.deepEqual(
    body.map(({ username, role }) => [username, role]),
    [
      ['admin', 'administrator'],
      ['Ada', 'viewer'],
    ],
  );
  assert.ok(!JSON.stringify(body).includes('argon2'));
});

test('a password set by an administrator signs the user out everywhere', async (context) => {
  const { server, add, change } = await setUp(context);
  const { id } = await add('ada', 'viewer');
  const ada = await ApiClient.signedIn(server, 'ada', 'first password');
  const ended: string[] = [];
  server.accounts.events.on('credentialEnded', (endedId) => ended.push(endedId));
  const { sessionId } = server.accounts.sessions.identify(ada.accessToken ?? '');
  assert.equal((await change(id, { password: 'second password' })).status, 200);
  assert.deepEqual(ended, [sessionId]);
  assert.equal((await ada.call('GET', '/api/cameras')).status, 401);
  assert.equal((await ada.refresh()).status, 401);
  assert.equal((await ada.signIn('ada', 'first password')).status, 401);
  assert.equal((await ada.signIn('ada', 'second password')).status, 200);
});

test('a removed user is refused at once, and their sessions and rights end', async (context) => {
  const { server, admin, add } = await setUp(context);
  const { id } = await add('ada', 'administrator');
  const ada = await ApiClient.signedIn(server, 'ada', 'first password');
  const told: string[] = [];
  const { sessionId } = server.accounts.sessions.identify(ada.accessToken ?? '');
  server.accounts.events.on('credentialEnded', (ended) => told.push(ended));
  server.accounts.events.on('accessChanged', (userId) => told.push(userId));
  assert.equal((await admin.call('DELETE', `/api/users/${id}`)).status, 204);
  assert.deepEqual(told, [sessionId, id]);
  assert.equal((await ada.call('GET', '/api/users')).status, 401);
  assert.equal((await ada.refresh()).status, 401);
  assert.equal((await ada.signIn('ada', 'first password')).status, 401);
});

test('a change of role takes effect at once, in both directions', async (context) => {
  const { server, add, change } = await setUp(context);
  const camera = (await server.store.cameras.add('Door', 'v1', 0)).id;
  const { id } = await add('ada', 'viewer');
  const ada = await ApiClient.signedIn(server, 'ada', 'first password');
  const status = async () => (await ada.call('GET', '/api/users')).status;
  const { access } = server.accounts;
  assert.deepEqual([await status(), access.may(inPerson(id), 'live', camera)], [403, false]);
  await change(id, { role: 'administrator' });
  assert.deepEqual([await status(), access.may(inPerson(id), 'live', camera)], [200, true]);
  await change(id, { role: 'viewer' });
  assert.deepEqual([await status(), access.may(inPerson(id), 'live', camera)], [403, false]);
});

test('a promoted viewer loses the list of cameras, so a later demotion leaves none', async (context) => {
  const { server, add, change } = await setUp(context);
  const camera = (await server.store.cameras.add('Door', 'v1', 0)).id;
  const { id } = await add('ada', 'viewer');
  assert.deepEqual((await change(id, { cameras: rightsTo([camera]) })).body.cameras, rightsTo([camera]));
  assert.deepEqual((await change(id, { role: 'administrator' })).body.cameras, []);
  assert.deepEqual((await change(id, { role: 'viewer' })).body.cameras, []);
  assert.equal((await change(id, { role: 'administrator', cameras: rightsTo([camera]) })).status, 422);
});

test('the only administrator can be neither removed nor demoted', async (context) => {
  const { admin, adminId, add, change } = await setUp(context);
  const removal = await admin.call<Problem>('DELETE', `/api/users/${adminId}`);
  assert.deepEqual([removal.status, removal.body.code], [409, 'conflict']);
  assert.equal((await change(adminId, { role: 'viewer' })).status, 409);
  await add('root', 'administrator');
  assert.equal((await change(adminId, { role: 'viewer' })).status, 200);
  assert.equal((await admin.call('GET', '/api/users')).status, 403);
});

test('two administrators who demote or remove each other at the same moment leave one', async (context) => {
  const { server, admin, adminId, add, change } = await setUp(context);
  const { id } = await add('root', 'administrator');
  const answers = await Promise.all([
    change(adminId, { role: 'viewer' }),
    change(id, { role: 'viewer' }),
    admin.call('DELETE', `/api/users/${id}`),
  ]);
  assert.ok(
    answers.some(({ status }) => status === 409 || status === 403),
    'not all of them',
  );
  const users = await server.store.users.list();
  assert.equal(users.filter(({ role }) => role === 'administrator').length, 1);
});

test('several changes in one request are applied all or not at all', async (context) => {
  const { server, add, change } = await setUp(context);
  const { id } = await add('ada', 'viewer');
  const { status } = await change(id, { password: 'second password', cameras: rightsTo(['cam_nobody']) });
  assert.equal(status, 422);
  const ada = new ApiClient(server);
  assert.equal((await ada.signIn('ada', 'first password')).status, 200);
});

test('a notice is there for administrators until one of them dismisses it', async (context) => {
  const { server, admin } = await setUp(context);
  const database = new DatabaseSync(server.store.path);
  database.exec("INSERT INTO notices (name) VALUES ('rightsPerCamera'), ('of a newer version')");
  database.close();
  const notices = async () => (await admin.call('GET', '/api/notices')).body;
  assert.deepEqual(await notices(), { notices: [{ name: 'rightsPerCamera', atMs: null, text: null }] });
  assert.equal((await admin.call('DELETE', '/api/notices/rightsPerCamera')).status, 204);
  assert.deepEqual(await notices(), { notices: [] });
  assert.equal((await admin.call('DELETE', '/api/notices/rightsPerCamera')).status, 204);
});

test('an administrator who is demoted while a password is hashed adds and changes nobody', async (context) => {
  const { server, add, change } = await setUp(context);
  const { id: viewerId } = await add('ada', 'viewer');
  const { id } = await add('root', 'administrator');
  const root = await ApiClient.signedIn(server, 'root', 'first password');
  const { hasher } = server.accounts;
  const hash = hasher.hash.bind(hasher);
  const body = { username: 'eve', password: 'a password of eve', role: 'administrator' };
  for (const [method, path] of [
    ['POST', '/api/users'],
    ['PATCH', `/api/users/${viewerId}`],
  ] as const) {
    await change(id, { role: 'administrator' });
    const demoted = context.mock.method(hasher, 'hash', async (...args: Parameters<typeof hash>) => {
      demoted.mock.restore();
      await change(id, { role: 'viewer' });
      return hash(...args);
    });
    const { username: _, ...changed } = body;
    assert.equal((await root.call(method, path, { body: method === 'POST' ? body : changed })).status, 403);
  }
  const users = await server.store.users.list();
  assert.deepEqual(
    users.map(({ username, role }) => [username, role]),
    [
      ['admin', 'administrator'],
      ['ada', 'viewer'],
      ['root', 'viewer'],
    ],
  );
});
