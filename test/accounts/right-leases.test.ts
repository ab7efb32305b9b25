/** Downloads, playback and moving pictures are cut off at once when their right ends, over real HTTP. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { truncate } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { RightLeases } from '../../server/accounts/right-leases.ts';
import { createLog } from '../../server/log.ts';
import { RIGHTS, type Right } from '../../server/wire/rights.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll } from '../support/recording-rig.ts';
import { rightsTo } from '../support/rights.ts';
import { until } from '../support/until.ts';

/** More than all buffers between server and reader hold. */
const BYTES = 40_000_000;
const SEGMENTS = 20;
/** One second. */
const FRAMES = encodedFrames({ count: 5, fps: 5 }).map((frame) => ({
  ...frame,
  data: Buffer.concat([frame.data, Buffer.alloc(BYTES / SEGMENTS / 5)]),
}));
const BEGIN_MS = BEGIN_US / 1000;
const PASSWORD = 'a password of her own';

/** A viewer who has begun to read the answer to a request, and has stopped reading. */
async function begin(context: TestContext, path: string) {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const { id: userId } = await server.accounts.users.add({
    username: 'anna',
    password: PASSWORD,
    role: 'viewer',
    cameras: rightsTo([id]),
  });
  let recording = '';
  for (let second = 0; second < SEGMENTS; second++)
    recording = await recordAll(server.library, moved(FRAMES, id, second * 1000));
  const segment = server.library.find(recording);
  // It stands for an hour, which takes long to write.
  if (segment && path.startsWith('recordings')) await truncate(server.library.pathOf(segment), BYTES);
  const anna = await ApiClient.signedIn(server, 'anna', PASSWORD);
  const url = `${server.url}/api/cameras/${id}/${path.replace(':recordingId', recording)}`;
  const headers = { authorization: `Bearer ${anna.accessToken}` };
  const request = get(url, { headers, agent: false });
  request.on('error', () => undefined);
  context.after(() => request.destroy());
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => (bytes += chunk.length));
  response.on('error', () => undefined);
  response.pause();
  const give = (rights: readonly Right[]) =>
    server.accounts.users.change(userId, { cameras: rights.length > 0 ? rightsTo([id], rights) : [] });
  return { server, id, userId, anna, give, response, bytes: () => bytes };
}

type Begun = Awaited<ReturnType<typeof begin>>;

const SENT: [what: string, path: string, right: Right][] = [
  ['playback of a segment', 'recordings/:recordingId.webm', 'lookBack'],
  ['a download', `export.webm?from=${BEGIN_MS}&to=${BEGIN_MS + 60_000}`, 'lookBack'],
  ['a stream of pictures', 'mjpeg', 'live'],
];

const ENDS: [how: string, end: (begun: Begun, right: Right) => Promise<unknown>][] = [
  [
    'the right is taken away, and the others stay',
    ({ give }, right) => give(RIGHTS.filter((each) => each !== right)),
  ],
  ['the user is removed', ({ server, userId }) => server.accounts.users.remove(userId)],
  ['the user is signed out', ({ anna }) => anna.call('POST', '/api/auth/logout')],
  [
    'an administrator sets another password',
    ({ server, userId }) => server.accounts.users.change(userId, { password: 'another password' }),
  ],
];
/** Its recordings stay, and with them the right to look back at it. */
const CAMERA_REMOVED: (typeof ENDS)[number] = [
  'the camera is removed',
  ({ server, id }) => server.catalog.remove(id),
];

for (const [what, path, right] of SENT)
  for (const [how, end] of right === 'live' ? [...ENDS, CAMERA_REMOVED] : ENDS)
    test(`${what} ends when ${how}`, async (context) => {
      const begun = await begin(context, path);
      const { server, response, bytes } = begun;
      assert.equal(server.accounts.leases.size, 1);
      await end(begun, right);
      response.resume();
      await until('the connection is cut', () => response.destroyed, 1000);
      assert.equal(response.complete, false);
      assert.ok(bytes() < BYTES / 2, `${bytes()} bytes came`);
      await until('nothing is held', () => server.accounts.leases.size === 0);
    });

for (const [what, path] of SENT.filter((sent) => sent[2] === 'lookBack'))
  test(`${what} goes on when the camera is removed and its recordings are kept`, async (context) => {
    const { server, response, id, bytes } = await begin(context, path);
    await server.catalog.remove(id);
    assert.equal(server.accounts.leases.size, 1);
    response.resume();
    await until('all of it is there', () => response.complete);
    assert.ok(bytes() >= BYTES / 2, `${bytes()} bytes came`);
  });

for (const [what, path, right] of SENT)
  test(`${what} goes on when other rights and other users change`, async (context) => {
    const { server, give, response, anna, id } = await begin(context, path);
    await give([right]);
    const root = { username: 'root', password: PASSWORD, role: 'administrator', cameras: [] } as const;
    await server.accounts.users.remove((await server.accounts.users.add(root)).id);
    const elsewhere = await ApiClient.signedIn(server, 'anna', PASSWORD);
    await elsewhere.call('POST', '/api/auth/logout');
    assert.equal(server.accounts.leases.size, 1);
    assert.equal(response.destroyed, false);
    if (path !== 'mjpeg') {
      response.resume();
      await until('all of it is there', () => response.complete);
      await until('nothing is held', () => server.accounts.leases.size === 0);
    }
    assert.equal(
      (await anna.call('GET', `/api/cameras/${id}/timeline?from=0&to=1`)).status,
      right === 'live' ? 403 : 200,
    );
  });

const PERSON = { grant: null, expiresAtMs: 0 };

function cannotLookUp(): never {
  throw new Error('the database is damaged');
}

test('a right that cannot be looked up ends nothing, and a sign-in that ends by time ends its answers', async (context) => {
  let lasts = true;
  const ended: string[] = [];
  const log = createLog('silent');
  const leases = new RightLeases({ lasts: () => lasts, nowMs: () => 0, log, reviewIntervalMs: 5 });
  context.after(() => leases.close());
  leases.hold({ ...PERSON, userId: 'anna', sessionId: 's1' }, cannotLookUp, () => ended.push('anna'));
  leases.refreshAccess();
  assert.deepEqual([ended, leases.size], [[], 1]);
  const release = leases.hold(
    { ...PERSON, userId: 'ben', sessionId: 's2' },
    () => true,
    () => ended.push('ben'),
  );
  release();
  lasts = false;
  await until('it has ended', () => leases.size === 0);
  assert.deepEqual(ended, ['anna']);
});

test('an answer by an API key ends when the key expires, and one of a session goes on when its token does', async (context) => {
  let nowMs = 1000;
  const ended: string[] = [];
  const leases = new RightLeases({ lasts: () => true, nowMs: () => nowMs, log: createLog('silent') });
  context.after(() => leases.close());
  const grant = { everyCamera: ['live'], cameras: [], powers: [] } as const;
  const key = { userId: 'anna', sessionId: 'key', grant, expiresAtMs: 2000 };
  const hold = (who: Parameters<RightLeases['hold']>[0], name: string): unknown =>
    leases.hold(
      who,
      () => true,
      () => ended.push(name),
    );
  hold(key, 'key');
  hold({ ...key, expiresAtMs: 3000 }, 'later key');
  hold({ ...key, grant: null }, 'person');
  nowMs = 2000;
  await until('the key has ended', () => ended.length > 0);
  assert.deepEqual([ended, leases.size], [['key'], 2]);
});
