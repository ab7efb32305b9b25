/** Tests that no key becomes a larger key, a longer-lived key or a person, however the request line is written. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { inPerson, isWithin } from '../../server/core/grant.ts';
import { ApiClient } from '../support/api-client.ts';
import { rightsTo } from '../support/rights.ts';
import { list, make, PASSWORD, startKeys } from './api-key-rig.ts';

const HOUR_MS = 3_600_000;

/** @returns the status */
async function raw(port: number, target: string, secret: string, scheme = 'Bearer'): Promise<number> {
  const body = JSON.stringify({ name: 'Another', everyCamera: ['live'] });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${scheme} ${secret}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return Number((await text(socket)).split(' ')[1]);
}

const TARGETS = [
  '/api/keys',
  'http://x/api/keys',
  'HTTP://x/api/keys?a',
  'http://x/API/keys/#?',
  '/api/keys#',
  '/api/keys#?',
  '/api/keys?#',
  '/API/Keys',
  '/api/keys/',
  '//api/keys',
  '/api//keys',
  '/api/%6beys',
  '/api/keys%2f',
  '/x/../api/keys',
  String.raw`\api\keys`,
  'x:/api/keys',
];

test('a key of no power makes no key, however the request line is written', async (context) => {
  const { server, admin } = await startKeys(context);
  const { secret } = (await make(admin, { everyCamera: ['live'] })).body;
  const basic = Buffer.from(`any:${secret}`).toString('base64');
  for (const target of TARGETS) {
    for (const status of [
      await raw(server.port, target, secret),
      await raw(server.port, target, basic, 'Basic'),
    ])
      assert.ok([400, 401, 403, 404].includes(status), `${target}: ${status}`);
  }
  assert.equal((await list(admin)).length, 1);
});

test('routes for persons alone are closed to a key that administers, however the request line is written', async (context) => {
  const { server, admin } = await startKeys(context);
  const { secret } = (await make(admin, { powers: ['administer'] })).body;
  for (const path of ['/api/backup', '/api/auth/password', '/api/notifications/test'])
    for (const target of [path, `http://x${path}`, `${path}#`, `${path}/`, path.toUpperCase()])
      assert.equal(await raw(server.port, target, secret), 403, target);
  // These are routes that a key may call, whose guard stands in front of them.
  assert.equal(await raw(server.port, 'http://x/api/users', secret), 400);
});

test('a key that administers sets no password or role of an administrator, and adds none', async (context) => {
  const { server, admin, addViewer } = await startKeys(context);
  const { user } = await addViewer('anna', ['live']);
  const { secret, key } = (await make(admin, { powers: ['administer'] })).body;
  const program = new ApiClient(server);
  const by = async (method: string, path: string, body: object) =>
    (await program.call(method, path, { token: secret, body })).status;
  const added = { password: PASSWORD, cameras: [] };
  assert.equal(await by('PATCH', `/api/users/${key.userId}`, { password: PASSWORD }), 403);
  assert.equal(await by('PATCH', `/api/users/${key.userId}`, { role: 'viewer' }), 403);
  assert.equal(await by('PATCH', `/api/users/${user.id}`, { role: 'administrator' }), 403);
  assert.equal(await by('POST', '/api/users', { ...added, username: 'root', role: 'administrator' }), 403);
  assert.equal(await by('POST', '/api/users', { ...added, username: 'ben', role: 'viewer' }), 201);
  assert.equal(await by('PATCH', `/api/users/${user.id}`, { password: 'a new password' }), 200);
});

test('a key made by a key ends no later, and is revoked with it', async (context) => {
  const { server, admin, by } = await startKeys(context);
  const expiresAtMs = Date.now() + HOUR_MS;
  const powers = ['administer'];
  const parent = (await make(admin, { powers, expiresAtMs })).body;
  const madeBy = (token: string, body: object) => {
    const client = new ApiClient(server);
    return client.call<typeof parent>('POST', '/api/keys', {
      token,
      body: { name: 'Made', powers, ...body },
    });
  };
  assert.equal((await madeBy(parent.secret, {})).status, 403);
  assert.equal((await madeBy(parent.secret, { expiresAtMs: expiresAtMs + 1 })).status, 403);
  const child = (await madeBy(parent.secret, { expiresAtMs })).body;
  const grandchild = (await madeBy(child.secret, { expiresAtMs })).body;
  const other = (await make(admin, { powers })).body;
  const ended: string[] = [];
  server.accounts.events.on('credentialEnded', (id) => ended.push(id));
  await admin.call('DELETE', `/api/keys/${parent.key.id}`);
  for (const { secret } of [parent, child, grandchild])
    assert.equal((await by(secret, '/api/cameras')).status, 401);
  assert.deepEqual(ended.toSorted(), [parent, child, grandchild].map(({ key }) => key.id).toSorted());
  assert.equal((await by(other.secret, '/api/cameras')).status, 200);
});

const asked = (given: object) => ({ everyCamera: [], cameras: [], powers: [], ...given });

test('a key is within another only with each of its rights', () => {
  const grant = { everyCamera: ['live'], cameras: rightsTo(['cam_a'], ['events']), powers: [] } as const;
  for (const [given, within] of [
    [{ everyCamera: ['live'] }, true],
    [{ everyCamera: ['events'] }, false],
    [{ cameras: rightsTo(['cam_a'], ['live', 'events']) }, true],
    [{ cameras: rightsTo(['cam_b'], ['events']) }, false],
    [{ powers: ['metrics'] }, false],
  ] as const) {
    assert.equal(isWithin(asked(given), grant), within, JSON.stringify(given));
    assert.ok(isWithin(asked(given), inPerson('user_a').grant));
    assert.ok(isWithin(asked(given), { ...grant, powers: ['administer'] }));
  }
});

test('a session that has ended leaves no key behind', async (context) => {
  const { server, admin } = await startKeys(context);
  const { userId } = (await make(admin, { everyCamera: ['live'] })).body.key;
  const role = 'administrator';
  const session = { ...inPerson(userId), username: 'admin', role, sessionId: 'session_gone' } as const;
  const late = { name: 'Late', everyCamera: ['live' as const], cameras: [], powers: [], expiresAtMs: null };
  await assert.rejects(server.accounts.apiKeys.add({ ...session, expiresAtMs: Infinity }, late), {
    code: 'unauthorized',
  });
  assert.equal((await list(admin)).length, 1);
});

test('a new password revokes the keys of its user, unless that user keeps them', async (context) => {
  const { server, admin, addViewer, by } = await startKeys(context);
  const { user, client } = await addViewer('anna', ['live']);
  const status = async (secret: string) => (await by(secret, '/api/cameras')).status;
  const everyCamera = ['live'];
  const others = (await make(admin, { everyCamera })).body;
  const first = (await make(client, { everyCamera })).body;
  const change = (currentPassword: string, newPassword: string, more: object) =>
    client.call('POST', '/api/auth/password', { body: { currentPassword, newPassword, ...more } });
  assert.equal((await change(PASSWORD, 'a second password', { keepApiKeys: true })).status, 204);
  assert.equal(await status(first.secret), 200);
  assert.equal((await change('a second password', 'a third password', {})).status, 204);
  assert.equal(await status(first.secret), 401);
  const second = (await make(client, { everyCamera })).body;
  const ended: string[] = [];
  server.accounts.events.on('credentialEnded', (id) => ended.push(id));
  await admin.call('PATCH', `/api/users/${user.id}`, { body: { password: PASSWORD } });
  assert.equal(await status(second.secret), 401);
  assert.ok(ended.includes(second.key.id), 'its streams end');
  assert.equal(await status(others.secret), 200);
});

test('a clock that is set back makes no expired key good again', async (context) => {
  const clock = { ms: Date.now() };
  const { server, admin, by } = await startKeys(context, { nowMs: () => clock.ms });
  const { secret, key } = (await make(admin, { everyCamera: ['live'], expiresAtMs: clock.ms + HOUR_MS }))
    .body;
  clock.ms += HOUR_MS;
  assert.equal((await by(secret, '/api/cameras')).status, 401);
  clock.ms -= HOUR_MS;
  assert.equal((await by(secret, '/api/cameras')).status, 401);
  assert.equal(server.accounts.apiKeys.lasts(key.id), false);
});

test('a key names each camera once', async (context) => {
  const { door, admin } = await startKeys(context);
  const twice = [...rightsTo([door], ['live']), ...rightsTo([door], ['events'])];
  assert.equal((await make(admin, { cameras: twice })).status, 422);
});

test('keys end with their user, and each end is reported', async (context) => {
  const { server, addViewer } = await startKeys(context);
  const { user, client } = await addViewer('anna', ['live']);
  const { key } = (await make(client, { everyCamera: ['live'] })).body;
  const ended: string[] = [];
  server.accounts.events.on('credentialEnded', (id) => ended.push(id));
  await server.accounts.users.remove(user.id);
  assert.ok(ended.includes(key.id));
});
