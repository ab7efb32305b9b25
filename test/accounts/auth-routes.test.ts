import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN_PASSWORD, startApi } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('signing in yields an access token and two cookies that scripts and other sites cannot read', async (context) => {
  const server = await startApi(context);
  const client = new ApiClient(server);
  const { status, body, headers } = await client.signIn('admin', ADMIN_PASSWORD);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ['accessToken', 'expiresIn', 'user']);
  assert.equal(body.expiresIn, 900);
  assert.equal(body.user.role, 'administrator');
  assert.equal(headers.get('cache-control'), 'no-store');
  const expected = { vigie_refresh: ['/api/auth', 2_592_000], vigie_media: ['/api/cameras', 3600] } as const;
  for (const [name, [path, seconds]] of Object.entries(expected)) {
    const text = client.cookies.get(name)?.text ?? '';
    for (const part of [`Path=${path}`, `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'])
      assert.ok(text.split('; ').includes(part), `${name}: ${part}`);
    assert.ok(!text.includes('Secure'), 'plain http');
  }
});

test('behind a trusted TLS proxy the cookies are Secure and host-only; an untrusted client cannot claim TLS', async (context) => {
  const headers = { 'x-forwarded-proto': 'https' };
  for (const [trustedProxies, names] of [
    [['loopback'], ['__Host-vigie_device', '__Host-vigie_refresh', '__Host-vigie_media', 'vigie_session']],
    [[], ['vigie_device', 'vigie_refresh', 'vigie_media', 'vigie_session']],
  ] as const) {
    const isSecure = trustedProxies.length > 0;
    const server = await startApi(context, { trustedProxies: [...trustedProxies] });
    const client = new ApiClient(server);
    await client.call('POST', '/api/auth/login', {
      body: { username: 'admin', password: ADMIN_PASSWORD },
      headers,
    });
    assert.deepEqual([...client.cookies.keys()], names);
    for (const [name, { text, path }] of client.cookies) {
      assert.equal(text.includes('; Secure'), isSecure);
      assert.ok(!text.includes('Domain='));
      if (name.startsWith('__Host-')) assert.equal(path, '/', 'else browsers refuse it');
    }
  }
});

test('over TLS a cookie that may have been set without TLS is ignored', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const headers = { 'x-forwarded-proto': 'https' };
  const client = new ApiClient(server);
  const body = { username: 'admin', password: ADMIN_PASSWORD };
  await client.call('POST', '/api/auth/login', { body, headers });
  const value = client.cookies.get('__Host-vigie_refresh')?.value ?? assert.fail();
  const planted = new ApiClient(server);
  assert.equal(
    (await planted.refresh({ headers: { ...headers, cookie: `vigie_refresh=${value}` } })).status,
    401,
  );
  assert.equal((await client.refresh({ headers })).status, 200);
  const { status, headers: answered } = await client.call('POST', '/api/auth/logout', { headers });
  assert.equal(status, 204);
  assert.equal(answered.get('clear-site-data'), '"cache"');
  assert.deepEqual([...client.cookies.keys()], ['__Host-vigie_device'], 'those of the session are cleared');
});

test('an unknown user and a wrong password get the same answer, byte for byte', async (context) => {
  const server = await startApi(context);
  const client = new ApiClient(server);
  const wrongPassword = await client.signIn('admin', 'wrong password');
  const unknownUser = await client.signIn('nobody', 'wrong password');
  assert.equal(wrongPassword.status, 401);
  assert.equal(wrongPassword.body.code, 'wrongCredentials');
  assert.deepEqual(unknownUser.body, wrongPassword.body);
  assert.equal(client.cookies.size, 0);
});

test('an unknown user costs a password hash like a known one, so timing reveals nothing', async (context) => {
  const server = await startApi(context);
  const verified: string[] = [];
  const { hasher } = server.accounts;
  const verify = hasher.verify.bind(hasher);
  context.mock.method(hasher, 'verify', (...what: Parameters<typeof verify>) => {
    verified.push(what[0].replace(/\$[^$]+\$[^$]+$/, ''));
    return verify(...what);
  });
  const client = new ApiClient(server);
  await client.signIn('admin', 'wrong password');
  await client.signIn('nobody', 'wrong password');
  assert.deepEqual(verified, ['$argon2id$v=19$m=8,t=1,p=1', '$argon2id$v=19$m=8,t=1,p=1']);
});

/** Signs in as the administrator from an address that a trusted proxy reports. */
function signInFrom(client: ApiClient, address: string, password: string, username = 'admin') {
  return client.call<Problem>('POST', '/api/auth/login', {
    body: { username, password },
    headers: { 'x-forwarded-for': address },
  });
}

test('after five failures even the right password must wait, and the answer tells how long', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const client = new ApiClient(server);
  for (let failure = 0; failure < 5; failure++)
    assert.equal((await signInFrom(client, '192.0.2.1', 'wrong password')).status, 401);
  const { status, body, headers } = await signInFrom(client, '192.0.2.1', ADMIN_PASSWORD);
  assert.equal(status, 429);
  assert.equal(body.code, 'tooManyRequests');
  const retryAfterSeconds = Number(headers.get('retry-after'));
  assert.ok(retryAfterSeconds > 290 && retryAfterSeconds <= 300, String(retryAfterSeconds));
  assert.equal(
    (await signInFrom(client, '192.0.2.2', ADMIN_PASSWORD)).status,
    200,
    'the client is counted, not the proxy',
  );
});

test('in the private network the right password is accepted, however many wrong ones were sent from there', async (context) => {
  const server = await startApi(context);
  const client = new ApiClient(server);
  for (let failure = 0; failure < 6; failure++)
    assert.equal((await client.signIn('admin', 'wrong password')).status, 401);
  assert.equal((await client.signIn('admin', ADMIN_PASSWORD)).status, 200);
});

test('a device with a session of the account is accepted while unknown origins are refused', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const phone = await ApiClient.signedIn(server);
  const outsider = new ApiClient(server);
  for (let failure = 0; failure < 6; failure++) await signInFrom(outsider, '192.0.2.1', 'wrong password');
  assert.equal((await signInFrom(outsider, '192.0.2.1', ADMIN_PASSWORD)).status, 429);
  assert.equal((await signInFrom(phone, '192.0.2.1', ADMIN_PASSWORD)).status, 200);
});

test('a cookie of another account, an expired one and a forged one do not make a known device', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const admin = await ApiClient.signedIn(server);
  const viewer = { username: 'ada', password: 'a long password', role: 'viewer', cameras: [] };
  assert.equal((await admin.call('POST', '/api/users', { body: viewer })).status, 201);
  const ada = await ApiClient.signedIn(server, 'ada', 'a long password');
  const signedOut = await ApiClient.signedIn(server);
  const kept = [...signedOut.cookies];
  await signedOut.call('POST', '/api/auth/logout');
  for (const [name, cookie] of kept) signedOut.cookies.set(name, cookie);
  const madeUp = new ApiClient(server);
  for (const [name, cookie] of admin.cookies)
    madeUp.cookies.set(name, {
      ...cookie,
      value: cookie.value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    });
  const outsider = new ApiClient(server);
  for (let failure = 0; failure < 6; failure++) await signInFrom(outsider, '192.0.2.1', 'wrong password');
  for (const client of [ada, signedOut, madeUp])
    assert.equal((await signInFrom(client, '192.0.2.1', ADMIN_PASSWORD)).status, 429);
});

test('renewing replaces both cookies and the access token', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const before = { token: client.accessToken, cookie: client.cookies.get('vigie_refresh')?.value };
  const { status, body } = await client.refresh();
  assert.equal(status, 200);
  assert.notEqual(body.accessToken, before.token);
  assert.notEqual(client.cookies.get('vigie_refresh')?.value, before.cookie);
  assert.equal((await client.call('GET', '/api/cameras')).status, 200);
});

test('two tabs that renew at the same moment both stay signed in', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const answers = await Promise.all([client.refresh(), client.refresh(), client.refresh()]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal((await client.refresh()).status, 200);
});

const busy = () => Promise.reject(new VigieError('unavailable', 'the server is busy; try again'));

test('a renewal that fails while the session lasts leaves its cookies, so that the next one works', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const cookies = [...client.cookies.keys()];
  context.mock.method(server.accounts.sessions, 'refresh', busy, { times: 1 });
  assert.equal((await client.refresh()).status, 503);
  assert.deepEqual([...client.cookies.keys()], cookies);
  assert.equal((await client.refresh()).status, 200);
});

test('reusing an old refresh token ends the session for everyone who holds it', async (context) => {
  let nowMs = Date.now();
  const server = await startApi(context, { nowMs: () => nowMs });
  const owner = await ApiClient.signedIn(server);
  const thief = new ApiClient(server);
  for (const [name, cookie] of owner.cookies) thief.cookies.set(name, cookie);
  assert.equal((await owner.refresh()).status, 200);
  nowMs += 31_000;
  const ended: string[] = [];
  server.accounts.events.on('credentialEnded', (id) => ended.push(id));
  assert.equal((await thief.refresh()).status, 401);
  assert.deepEqual([...thief.cookies.keys()], ['vigie_device'], 'cookies of an ended session are cleared');
  assert.equal(ended.length, 1);
  assert.equal((await owner.refresh()).status, 401);
  assert.equal((await owner.call('GET', '/api/cameras')).status, 401);
});

test('signing out ends the session, clears the cookies and invalidates the access token', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const refreshCookie = client.cookies.get('vigie_refresh')?.value ?? '';
  assert.equal((await client.call('POST', '/api/auth/logout')).status, 204);
  assert.deepEqual([...client.cookies.keys()], ['vigie_device'], 'the device stays known');
  assert.equal((await client.call('GET', '/api/cameras')).status, 401);
  const headers = { cookie: `vigie_refresh=${refreshCookie}` };
  assert.equal((await client.refresh({ headers })).status, 401);
});

test('signing out works with the cookie alone, twice, and without either', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  assert.equal((await client.call('POST', '/api/auth/logout', { token: null })).status, 204);
  assert.equal((await client.call('GET', '/api/cameras')).status, 401);
  assert.equal((await client.call('POST', '/api/auth/logout', { token: null })).status, 204);
});

test('changing the password needs the current one and ends all other sign-ins', async (context) => {
  const server = await startApi(context);
  const [here, elsewhere] = [await ApiClient.signedIn(server), await ApiClient.signedIn(server)];
  const change = (currentPassword: string, newPassword: string) =>
    here.call<{ code: string }>('POST', '/api/auth/password', { body: { currentPassword, newPassword } });
  const wrong = await change('wrong password', 'a new password');
  // A 401 would make the page renew its token and try again.
  assert.deepEqual([wrong.status, wrong.body.code], [403, 'forbidden']);
  assert.equal((await change(ADMIN_PASSWORD, 'short')).status, 400);
  assert.equal((await change(ADMIN_PASSWORD, 'a new password')).status, 204);
  assert.equal((await here.call('GET', '/api/cameras')).status, 200);
  assert.equal((await here.refresh()).status, 200);
  assert.equal((await elsewhere.call('GET', '/api/cameras')).status, 401);
  assert.equal((await elsewhere.refresh()).status, 401);
  const client = new ApiClient(server);
  assert.equal((await client.signIn('admin', ADMIN_PASSWORD)).status, 401);
  assert.equal((await client.signIn('admin', 'a new password')).status, 200);
});

test('guessing the current password with a stolen access token is slowed down', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const guess = () =>
    client.call('POST', '/api/auth/password', {
      body: { currentPassword: 'a guess', newPassword: 'a new password' },
    });
  for (let failure = 0; failure < 5; failure++) assert.equal((await guess()).status, 403);
  assert.equal((await guess()).status, 429);
});

test('requests authenticated by cookies are refused from a page of another origin', async (context) => {
  const server = await startApi(context);
  const client = await ApiClient.signedIn(server);
  const origins = [
    'http://evil.example',
    `http://127.0.0.1:${server.port + 1}`,
    `http://localhost:${server.port}`,
    'null',
    'file://',
  ];
  for (const origin of origins) {
    for (const path of ['/api/auth/refresh', '/api/auth/logout', '/api/auth/login', '/api/auth/password']) {
      const { status } = await client.call('POST', path, { headers: { origin } });
      assert.equal(status, 403, `${path} from ${origin}`);
    }
  }
  assert.equal((await client.refresh({ headers: { origin: server.url } })).status, 200);
});

test('users, sign-ins and cameras survive a restart, and the first password is generated once', async (context) => {
  const dataDir = temporaryFolder(context);
  const first = await startApi(context, { dataDir });
  const client = await ApiClient.signedIn(first);
  await client.call('POST', '/api/cameras', { body: { name: 'Door' } });
  const before = await client.call('GET', '/api/cameras');
  await first.close();

  const second = await startApi(context, { dataDir });
  const sameBrowser = new ApiClient(second);
  for (const [name, cookie] of client.cookies) sameBrowser.cookies.set(name, cookie);
  sameBrowser.accessToken = client.accessToken;
  assert.deepEqual((await sameBrowser.call('GET', '/api/cameras')).body, before.body);
  assert.equal((await sameBrowser.refresh()).status, 200);
  assert.equal((await second.store.users.list()).length, 1);
});
