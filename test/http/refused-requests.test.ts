import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, after, describe, test, type TestContext } from 'node:test';
import jwt from 'jsonwebtoken';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient, type Call } from '../support/api-client.ts';
import { startApi, type ApiServer } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const VIEWER_PASSWORD = 'viewer password';

interface House {
  server: ApiServer;
  admin: ApiClient;
  viewer: ApiClient;
  /** The camera granted to the viewer, and another one. */
  own: string;
  other: string;
  viewerId: string;
}

async function openHouse(context: TestContext): Promise<House> {
  const server = await startApi(context);
  const { cameras } = server.store;
  const { id: own } = await cameras.add('Own', 'v1', 0);
  const { id: other } = await cameras.add('Other', 'v1', 0);
  const { id: viewerId } = await server.accounts.users.add({
    username: 'viewer',
    password: VIEWER_PASSWORD,
    role: 'viewer',
    cameras: rightsTo([own]),
  });
  const admin = await ApiClient.signedIn(server);
  const viewer = await ApiClient.signedIn(server, 'viewer', VIEWER_PASSWORD);
  return { server, admin, viewer, own, other, viewerId };
}

type Route = [method: string, path: string, body?: unknown];

/** Every route that needs a user. `:own` and `:viewer` stand for ids. */
const FOR_USERS: Route[] = [
  ['GET', '/api/cameras'],
  ['GET', '/api/cameras/:own/status'],
  ['GET', '/api/cameras/:own/events'],
  ['GET', '/api/cameras/:own/snapshot.jpg'],
  ['POST', '/api/auth/password', { currentPassword: VIEWER_PASSWORD, newPassword: 'new password' }],
];
const FOR_ADMINISTRATORS: Route[] = [
  ['POST', '/api/cameras', { name: 'New' }],
  ['PATCH', '/api/cameras/:own', { name: 'Renamed' }],
  ['DELETE', '/api/cameras/:own'],
  ['POST', '/api/cameras/:own/key'],
  ['GET', '/api/cameras/:own/settings'],
  ['POST', '/api/cameras/:own/settings', { flash: 1 }],
  ['POST', '/api/cameras/:own/reboot'],
  ['GET', '/api/cameras/:own/sensors'],
  ['POST', '/api/cameras/:own/sensors', { name: 'Porch' }],
  ['DELETE', '/api/cameras/:own/sensors/sen_x'],
  ['POST', '/api/cameras/:own/pairing-code'],
  ['GET', '/api/connection/addresses'],
  ['GET', '/api/users'],
  ['POST', '/api/users', { username: 'new', password: 'new password', role: 'viewer' }],
  ['PATCH', '/api/users/:viewer', { role: 'administrator' }],
  ['PUT', '/api/users/:viewer/cameras', { cameras: [] }],
  ['DELETE', '/api/users/:viewer'],
  ['GET', '/api/status'],
];
const GUARDED = [...FOR_USERS, ...FOR_ADMINISTRATORS];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function forgedTokens({ server, admin }: House): Record<string, string> {
  const secret = server.store.secrets.get('access-token');
  const claims = jwt.decode(admin.accessToken ?? '') as Record<string, unknown>;
  const sign = (header: object, payload: object): string => {
    const text = `${encode(header)}.${encode(payload)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const nowSeconds = Math.floor(Date.now() / 1000);
  return {
    garbage: 'garbage',
    'algorithm none': `${encode({ alg: 'none' })}.${encode(claims)}.`,
    'another secret': jwt.sign(claims, 'another secret'),
    expired: sign({ alg: 'HS256' }, { ...claims, exp: nowSeconds - 1 }),
    'audience media': sign({ alg: 'HS256' }, { ...claims, aud: 'media' }),
    'media cookie': admin.cookies.get('vigie_media')?.value ?? '',
    'refresh cookie': admin.cookies.get('vigie_refresh')?.value ?? '',
    'unknown session': sign({ alg: 'HS256' }, { ...claims, sid: 'ses_222222222222' }),
    'unknown user': sign({ alg: 'HS256' }, { ...claims, sub: 'user_222222222222' }),
    "another user's session": sign(
      { alg: 'HS256' },
      { ...claims, sub: server.store.users.findByName('viewer')?.id },
    ),
  };
}

function assertProblem(
  answer: { status: number; headers: Headers; body: Problem },
  status: number,
  code: string,
  what: string,
): void {
  assert.equal(answer.status, status, what);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8', what);
  assert.equal(answer.headers.get('cache-control'), 'no-store', what);
  const { body } = answer;
  assert.deepEqual(Object.keys(body).sort(), ['code', 'detail', 'status', 'title', 'type'], what);
  assert.deepEqual([body.code, body.status], [code, status], what);
  assert.equal(body.type, `urn:vigie:problem:${code}`);
}

describe('refused requests', () => {
  let house: House;
  const closers: (() => unknown)[] = [];
  before(async () => {
    // One server for all tests of this suite: they change nothing in it, which the last test checks.
    const context = { after: (close: () => unknown) => closers.unshift(close) };
    house = await openHouse(context as unknown as TestContext);
  });
  after(async () => {
    for (const close of closers) await close();
  });

  const ask = (client: ApiClient, [method, path, body]: Route, call: Call = {}) =>
    client.call<Problem>(method, inHouse(path), { ...(body !== undefined && { body }), ...call });
  const inHouse = (path: string): string =>
    path.replace(':own', house.own).replace(':other', house.other).replace(':viewer', house.viewerId);

  test('every route except health, sign-in and the web app, without a token', async () => {
    for (const request of GUARDED) {
      const answer = await ask(new ApiClient(house.server), request);
      assertProblem(answer, 401, 'unauthorized', request.join(' '));
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="vigie"(?:, Basic .*)?$/);
    }
  });

  test('every forged token, on every route', async () => {
    for (const [what, token] of Object.entries(forgedTokens(house))) {
      for (const request of GUARDED)
        assertProblem(
          await ask(new ApiClient(house.server), request, { token }),
          401,
          'unauthorized',
          `${what}: ${request.join(' ')}`,
        );
    }
  });

  test('a token outside the Authorization header', async () => {
    const token = house.admin.accessToken ?? '';
    const client = new ApiClient(house.server);
    const calls: [path: string, headers: Record<string, string>][] = [
      [`/api/cameras?token=${token}`, {}],
      [`/api/cameras?access_token=${token}`, {}],
      ['/api/cameras', { authorization: token }],
      ['/api/cameras', { authorization: `Basic ${token}` }],
      ['/api/cameras', { cookie: `vigie_media=${token}; vigie_refresh=${token}` }],
    ];
    for (const [path, headers] of calls)
      assertProblem(await client.call('GET', path, { headers }), 401, 'unauthorized', path);
  });

  test("administrators' routes, for a viewer", async () => {
    for (const request of FOR_ADMINISTRATORS)
      assertProblem(await ask(house.viewer, request), 403, 'forbidden', request.join(' '));
  });

  test('a camera without the right is answered like a missing one', async () => {
    for (const leaf of ['status', 'snapshot.jpg']) {
      const others = await house.viewer.call<Problem>('GET', `/api/cameras/${house.other}/${leaf}`);
      const nobodys = await house.viewer.call<Problem>('GET', `/api/cameras/cam_222222222222/${leaf}`);
      assertProblem(others, 404, 'notFound', leaf);
      assert.deepEqual(others.body, nobodys.body);
    }
  });

  const MALFORMED: [what: string, method: string, path: string, call: Call, status: number, code: string][] =
    [
      ['no body', 'POST', '/api/cameras', {}, 400, 'badRequest'],
      ['broken JSON', 'POST', '/api/cameras', { body: '{"name": ' }, 400, 'badRequest'],
      ['JSON that is no object', 'POST', '/api/cameras', { body: '["name"]' }, 400, 'badRequest'],
      [
        'a form',
        'POST',
        '/api/cameras',
        { body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        400,
        'badRequest',
      ],
      [
        'text that another site can send',
        'POST',
        '/api/cameras',
        { body: '{"name":"x"}', headers: { 'content-type': 'text/plain' } },
        400,
        'badRequest',
      ],
      [
        'an unknown charset',
        'POST',
        '/api/cameras',
        { body: '{"name":"x"}', headers: { 'content-type': 'application/json; charset=klingon' } },
        400,
        'badRequest',
      ],
      [
        'an unknown encoding',
        'POST',
        '/api/cameras',
        { body: '{"name":"x"}', headers: { 'content-encoding': 'rot13' } },
        400,
        'badRequest',
      ],
      ['a body too large', 'POST', '/api/cameras', { body: { name: 'x'.repeat(70_000) } }, 413, 'tooLarge'],
      ['an empty name', 'POST', '/api/cameras', { body: { name: ' \t ' } }, 400, 'badRequest'],
      ['a name too long', 'POST', '/api/cameras', { body: { name: 'x'.repeat(65) } }, 400, 'badRequest'],
      ['control characters', 'POST', '/api/cameras', { body: { name: 'a\u0000b' } }, 422, 'unprocessable'],
      ['an extra field', 'POST', '/api/cameras', { body: { name: 'x', kind: 'demo' } }, 400, 'badRequest'],
      [
        'a prototype',
        'POST',
        '/api/cameras',
        { body: '{"name":"x","__proto__":{"admin":true}}' },
        400,
        'badRequest',
      ],
      ['no settings', 'POST', '/api/cameras/:own/settings', { body: {} }, 422, 'unprocessable'],
      [
        'an unknown frame size',
        'POST',
        '/api/cameras/:own/settings',
        { body: { frameSize: '8' } },
        400,
        'badRequest',
      ],
      [
        'settings out of range',
        'POST',
        '/api/cameras/:own/settings',
        { body: { maxFps: 61 } },
        400,
        'badRequest',
      ],
      [
        'an unknown setting',
        'POST',
        '/api/cameras/:own/settings',
        { body: { ackWindow: 8 } },
        400,
        'badRequest',
      ],
      ['a missing camera', 'PATCH', '/api/cameras/cam_x', { body: { name: 'x' } }, 404, 'notFound'],
      ['a missing camera', 'DELETE', '/api/cameras/cam_x', {}, 404, 'notFound'],
      ['a missing camera', 'POST', '/api/cameras/cam_x/key', {}, 404, 'notFound'],
      ['a missing camera', 'POST', '/api/cameras/cam_x/settings', { body: { flash: 1 } }, 404, 'notFound'],
      [
        'a missing user',
        'PATCH',
        '/api/users/user_x',
        { body: { password: 'long enough' } },
        404,
        'notFound',
      ],
      ['a missing user', 'DELETE', '/api/users/user_x', {}, 404, 'notFound'],
      [
        'an unknown role',
        'POST',
        '/api/users',
        { body: { username: 'x', password: 'long enough', role: 'root' } },
        400,
        'badRequest',
      ],
      [
        'a short password',
        'POST',
        '/api/users',
        { body: { username: 'x', password: 'short', role: 'viewer' } },
        400,
        'badRequest',
      ],
      [
        'an unknown camera',
        'PUT',
        '/api/users/:viewer/cameras',
        { body: { cameras: rightsTo(['cam_x']) } },
        422,
        'unprocessable',
      ],
      [
        'a name that is taken',
        'POST',
        '/api/users',
        { body: { username: 'VIEWER', password: 'long enough', role: 'viewer' } },
        409,
        'conflict',
      ],
      ['a snapshot too wide', 'GET', '/api/cameras/:own/snapshot.jpg?width=99999', {}, 400, 'badRequest'],
      ['a snapshot of no width', 'GET', '/api/cameras/:own/snapshot.jpg?width=', {}, 400, 'badRequest'],
      [
        'a snapshot of two widths',
        'GET',
        '/api/cameras/:own/snapshot.jpg?width=100&width=200',
        {},
        400,
        'badRequest',
      ],
      [
        'a snapshot of a camera without pictures',
        'GET',
        '/api/cameras/:own/snapshot.jpg',
        {},
        503,
        'cameraOffline',
      ],
      ['a missing route', 'GET', '/api/nothing', {}, 404, 'notFound'],
      ['a missing method', 'PUT', '/api/cameras', { body: {} }, 405, 'methodNotAllowed'],
      ['a malformed path', 'GET', '/api/cameras/%E0%A4%A/status', {}, 400, 'badRequest'],
    ];

  for (const [what, method, path, call, status, code] of MALFORMED) {
    test(`${what}: ${method} ${path}`, async () => {
      assertProblem(await house.admin.call(method, inHouse(path), call), status, code, what);
    });
  }

  test('none of these requests has changed anything', async () => {
    const { store, admin, viewer, own, other, viewerId } = { ...house, store: house.server.store };
    assert.deepEqual(
      store.cameras.list().map(({ id }) => id),
      [own, other],
    );
    assert.equal((await store.users.list()).length, 2);
    assert.equal(store.users.find(viewerId)?.role, 'viewer');
    assert.deepEqual(store.users.granted(viewerId), rightsTo([own]));
    assert.equal((await viewer.call('GET', '/api/cameras')).status, 200);
    assert.equal((await admin.call('GET', '/api/cameras')).status, 200);
  });
});
