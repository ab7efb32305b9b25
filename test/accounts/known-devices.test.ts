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
    nowMs: () => nowMs++,
    log: createLog('silent'),
  });
  const user = (username: string) =>
    store.users.add({ username, passwordHash: 'x', role: 'viewer', cameras: [] }, 0);
  const [anna, ben] = [(await user('anna')).id, (await user('ben')).id];
  const signIn = async (userId: string, token?: string) => {
    const { token: kept, isNew } = devices.signedIn(userId, token);
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
    assert.equal((await signIn(anna, second.token)).isNew, false);
  });

  test('that two users share keeps its token, and is new to the second one if that user has another', async (context) => {
    const { anna, ben, signIn } = await setUp(context);
    const shared = await signIn(anna);
    await signIn(ben);
    assert.deepEqual(await signIn(ben, shared.token), { token: shared.token, isNew: true });
    assert.deepEqual(await signIn(anna, shared.token), { token: shared.token, isNew: false });
  });

  test('with a token that this server did not make gets another', async (context) => {
    const { anna, signIn } = await setUp(context);
    await signIn(anna);
    for (const planted of ['A'.repeat(43), 'x', '']) {
      const { token, isNew } = await signIn(anna, planted);
      assert.notEqual(token, planted);
      assert.equal(isNew, true);
    }
  });

  test('is stored as a hash alone; of more than fifty the one used longest ago is forgotten', async (context) => {
    const { anna, signIn } = await setUp(context);
    const first = await signIn(anna);
    const second = await signIn(anna);
    for (let index = 0; index < 48; index++) await signIn(anna);
    await signIn(anna, first.token);
    await signIn(anna);
    assert.equal((await signIn(anna, first.token)).isNew, false);
    assert.equal((await signIn(anna, second.token)).isNew, true);
  });

  test('that cannot be looked up keeps nobody from signing in', async (context) => {
    const { store, anna, devices } = await setUp(context);
    context.mock.method(store.knownDevices, 'isAnybodys', () => assert.fail('a damaged database'));
    assert.equal(devices.signedIn(anna, undefined).isNew, false);
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
