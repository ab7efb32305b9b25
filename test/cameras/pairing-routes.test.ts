import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PairedCamera, PairingCodeView } from '../../server/wire/camera.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi, type ApiServer } from '../support/api-server.ts';

const HTTPS = { 'x-forwarded-proto': 'https' };

type Answer<T> = Promise<{ status: number; body: T & Problem; headers: Headers }>;

interface Setup {
  server: ApiServer;
  admin: ApiClient;
  makeCode: (id: string, headers?: Record<string, string>) => Answer<PairingCodeView>;
  code: (id: string) => Promise<string>;
  pair: (code: unknown, address?: string) => Answer<PairedCamera>;
}

async function setUp(context: Parameters<typeof startApi>[0], nowMs = () => Date.now()): Promise<Setup> {
  const server = await startApi(context, { trustedProxies: ['loopback'], nowMs });
  const admin = await ApiClient.signedIn(server);
  const camera = new ApiClient(server);
  const makeCode: Setup['makeCode'] = (id, headers = HTTPS) =>
    admin.call('POST', `/api/cameras/${id}/pairing-code`, { headers });
  return {
    server,
    admin,
    makeCode,
    code: async (id) => (await makeCode(id)).body.code,
    pair: (code, address = '192.0.2.1') =>
      camera.call('POST', '/api/pairing', {
        body: { code, board: 'ai-thinker', firmware: '1.2.3' },
        headers: { ...HTTPS, 'x-forwarded-for': address },
      }),
  };
}

test('a code is exchanged for a new key, once', async (context) => {
  const { server, code, pair } = await setUp(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const before = server.store.cameras.keyOf(id);
  const text = await code(id);
  const paired = await pair(text.toLowerCase().replace('-', ' '));
  assert.equal(paired.status, 201);
  assert.deepEqual(Object.keys(paired.body), ['cameraId', 'key']);
  assert.equal(paired.body.cameraId, id);
  assert.deepEqual(
    Buffer.from(paired.body.key, 'base64url'),
    Buffer.from(server.store.cameras.keyOf(id) ?? []),
  );
  assert.notDeepEqual(server.store.cameras.keyOf(id), before);
  const again = await pair(text);
  assert.deepEqual([again.status, again.body.code], [404, 'notFound']);
});

test('one of many simultaneous requests with the same code is paired', async (context) => {
  const { server, code, pair } = await setUp(context);
  const text = await code((await server.store.cameras.add('Door', 'v1', 1)).id);
  const answers = await Promise.all(Array.from({ length: 8 }, () => pair(text)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
});

test('over plain http there is neither a code nor a key, and the refusal says what to do', async (context) => {
  const { server, makeCode, code } = await setUp(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const made = await makeCode(id, {});
  assert.deepEqual([made.status, made.body.code], [403, 'forbidden']);
  const outsider = new ApiClient(server);
  const body = { code: await code(id), board: 'b', firmware: 'f' };
  for (const headers of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https, http' }]) {
    const answer = await outsider.call<Problem>('POST', '/api/pairing', { body, headers });
    assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden']);
    assert.match(answer.body.detail, /id and the key/);
  }
});

test('an untrusted client cannot claim TLS', async (context) => {
  const server = await startApi(context);
  const answer = await new ApiClient(server).call('POST', '/api/pairing', {
    body: { code: 'K7QF-3MZP' },
    headers: HTTPS,
  });
  assert.equal(answer.status, 403);
});

test('a code ends after a quarter of an hour, with the camera, and with another key', async (context) => {
  let now = Date.now();
  const { server, admin, code, pair } = await setUp(context, () => now);
  const cameras = await Promise.all(['A', 'B', 'C'].map((name) => server.store.cameras.add(name, 'v1', 1)));
  const [old, removed, rotated] = cameras.map(({ id }) => id);
  const texts = [await code(old ?? ''), await code(removed ?? ''), await code(rotated ?? '')];
  await admin.call('DELETE', `/api/cameras/${removed}`);
  await admin.call('POST', `/api/cameras/${rotated}/key`);
  now += 15 * 60_000;
  for (const text of texts) assert.equal((await pair(text)).status, 404);
});

test('guesses are slowed down per address, and a right code does not count as one', async (context) => {
  const { server, code, pair } = await setUp(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  for (let i = 0; i < 12; i++) assert.equal((await pair(await code(id))).status, 201);
  for (let i = 0; i < 10; i++) assert.equal((await pair('0000-0000')).status, 404);
  const text = await code(id);
  const slowed = await pair(text);
  assert.deepEqual([slowed.status, slowed.body.code], [429, 'tooManyRequests']);
  assert.ok(Number(slowed.headers.get('retry-after')) > 0);
  assert.equal((await pair(text, '192.0.2.2')).status, 201);
});

test('guesses from everywhere do not block pairing, and a /48 counts as one origin', async (context) => {
  const { server, code, pair } = await setUp(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  /** @returns the number of guesses that were not refused */
  const guesses = async (count: number, address: (index: number) => string): Promise<number> => {
    let looked = 0;
    for (let from = 0; from < count; from += 20) {
      const batch = Array.from({ length: 20 }, (_, index) => pair('0000-0000', address(from + index)));
      looked += (await Promise.all(batch)).filter(({ status }) => status === 404).length;
    }
    return looked;
  };
  assert.equal(await guesses(1100, (index) => `198.51.${index >> 8}.${index & 255}`), 1100);
  assert.equal((await pair(await code(id), '192.0.2.2')).status, 201);
  assert.equal(await guesses(60, (index) => `2001:db8:1:${index}00::1`), 40);
});

test('an invalid pairing request is refused, and so is one for a camera without a key', async (context) => {
  const { server, makeCode, pair } = await setUp(context);
  for (const code of [undefined, '', 7, 'x'.repeat(33), null]) assert.equal((await pair(code)).status, 400);
  assert.equal((await pair('nonsense')).status, 404);
  assert.equal((await makeCode('cam_nobody')).status, 404);
  assert.equal(
    (await makeCode((await server.store.cameras.ensure('cam_demo', 'Demo', 'demo', 0)).id)).status,
    409,
  );
  assert.equal(
    (await makeCode((await server.store.cameras.ensure('seed-8880', 'Old', 'seed', 0)).id)).status,
    409,
  );
});
