import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { KnownDevices } from '../../server/accounts/known-devices.ts';
import { createLog } from '../../server/log.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN_PASSWORD, startApi } from '../support/api-server.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function setUp(context: TestContext) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  let nowMs = 1000;
  const devices = new KnownDevices({
    store: store.knownDevices,
    secret: store.secrets.get('device'),
    nowMs: () => nowMs++,
    log: createLog('silent'),
  });
  const user = (username: string) =>
    store.users.add({ username, passwordHash: 'x', role: 'viewer', cameras: [] }, 0);
  const [anna, ben] = [(await user('anna')).id, (await user('ben')).id];
  const signIn = async (userId: string, token?: string, address = '192.0.2.1') => {
    const { token: kept, isNew } = devices.signedIn(userId, { token, device: 'Firefox on Linux', address });
    await store.settled();
    return { token: kept, isNew };
  };
  return { store, devices, anna, ben, signIn };
}

suite('a device', () => {
  test('is known by its token from the first sign-in on; the first of a user is no new one', async (context) => {
    const { anna, signIn } = await setUp(context);
    const first = await signIn(anna);
    assert.equal(first.isNew, false);
    assert.deepEqual(await signIn(anna, first.token), { token: first.token, isNew: false });
    const second = await signIn(anna);
    assert.equal(second.isNew, true);
    assert.notEqual(second.token, first.token);
    assert.equal((await signIn(anna, second.token, '203.0.113.1')).isNew, false, 'wherever it is');
  });

  test('that keeps no cookies is new once in each network, and pushes no other out', async (context) => {
    const { anna, signIn } = await setUp(context);
    const browser = await signIn(anna);
    await signIn(anna, browser.token);
    for (const address of ['198.51.100.1', '2001:db8:1:2::1']) {
      assert.equal((await signIn(anna, undefined, address)).isNew, true);
      for (let index = 0; index < 60; index++)
        assert.equal((await signIn(anna, undefined, address)).isNew, false);
    }
    assert.equal((await signIn(anna, undefined, '2001:db8:1:2::5')).isNew, false, 'the same network');
    for (let index = 0; index < 60; index++) await signIn(anna, undefined, `203.0.113.${index}`);
    assert.deepEqual(await signIn(anna, browser.token), { token: browser.token, isNew: false });
  });

  test('is new in a network where another one of its name keeps its cookie', async (context) => {
    const { anna, signIn } = await setUp(context);
    const first = await signIn(anna);
    await signIn(anna, first.token);
    const second = await signIn(anna);
    assert.equal(second.isNew, true);
    await signIn(anna, second.token);
    assert.equal((await signIn(anna)).isNew, true);
  });

  test('that two users share keeps its token, and is new to the second one if that user has another', async (context) => {
    const { anna, ben, signIn } = await setUp(context);
    const shared = await signIn(anna);
    await signIn(anna, shared.token);
    await signIn(ben);
    assert.deepEqual(await signIn(ben, shared.token), { token: shared.token, isNew: true });
    assert.deepEqual(await signIn(ben, shared.token), { token: shared.token, isNew: false });
    assert.deepEqual(await signIn(anna, shared.token), { token: shared.token, isNew: false });
  });

  test('with a token that this server did not make, or made for another user, gets another', async (context) => {
    const { anna, ben, signIn } = await setUp(context);
    const bens = await signIn(ben);
    await signIn(anna, undefined, '198.51.100.1');
    for (const [index, planted] of ['A'.repeat(43), 'x', '', bens.token].entries()) {
      const { token, isNew } = await signIn(anna, planted, `203.0.113.${index}`);
      assert.notEqual(token, planted);
      assert.equal(isNew, true);
    }
  });

  test('is stored as a hash alone; of more than fifty rows the one used longest ago is forgotten', async (context) => {
    const { store, anna, ben, signIn } = await setUp(context);
    const shared = await signIn(ben);
    await signIn(ben, shared.token);
    await signIn(anna);
    await signIn(anna, shared.token);
    const count = async (): Promise<boolean> => (await signIn(anna, shared.token)).isNew;
    for (let index = 0; index < 48; index++) await signIn(anna, undefined, `203.0.113.${index}`);
    assert.equal(await count(), false);
    for (let index = 0; index < 51; index++) await signIn(anna, undefined, `198.51.100.${index}`);
    assert.equal(await count(), true);
    assert.ok(store.knownDevices.hasAny(anna));
  });

  test('that cannot be looked up keeps nobody from signing in', async (context) => {
    const { store, anna, devices } = await setUp(context);
    context.mock.method(store.knownDevices, 'hasAny', () => assert.fail('a damaged database'));
    const client = { token: undefined, device: undefined, address: '192.0.2.1' };
    assert.equal(devices.signedIn(anna, client).isNew, false);
  });
});

suite('sign-ins over HTTP', () => {
  test('tell of a new device once, by a cookie that outlasts the session and no script can read', async (context) => {
    const server = await startApi(context);
    const told: object[] = [];
    server.accounts.events.on('newDevice', ({ username, address, device }) =>
      told.push({ username, address, device }),
    );
    const owner = await ApiClient.signedIn(server);
    const cookie = owner.cookies.get('vigie_device')?.text ?? assert.fail();
    assert.match(cookie, /; Max-Age=34560000; Path=\/api\/auth; .*HttpOnly; SameSite=Strict$/);
    await owner.call('POST', '/api/auth/logout');
    await owner.signIn('admin', ADMIN_PASSWORD);
    assert.deepEqual(told, []);

    const other = new ApiClient(server);
    const body = { username: 'admin', password: ADMIN_PASSWORD };
    await other.call('POST', '/api/auth/login', { body, headers: { 'user-agent': 'curl/8.5.0' } });
    await other.signIn('admin', ADMIN_PASSWORD);
    await new ApiClient(server).signIn('admin', 'a wrong one');
    assert.deepEqual(told, [{ username: 'admin', address: '127.0.0.1', device: 'curl/8.5.0' }]);
  });
});
