/** WHEP over real HTTP with a real SFU: what each request is answered, whose a session is, and what ends it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TRANSPORT_SHARES } from '../../server/core/transport-quota.ts';
import { overload, relieve } from '../support/overload.ts';
import { until } from '../support/until.ts';
import { OFFER, OTHER_ICE, PLAYER_SITE, startWhep, type Sent } from './whep-rig.ts';

const FRAGMENT =
  'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=candidate:1 1 udp 1 192.0.2.9 1 typ host\r\n';

test('a session', async (context) => {
  const rig = await startWhep(context);
  const secret = await rig.keyFor();

  await context.test(
    'is made by an offer: its answer, its address, its ETag and the ICE servers of the caller',
    async () => {
      const response = await rig.send('POST', rig.endpoint, secret, { body: OFFER });
      assert.equal(response.status, 201);
      assert.equal(response.headers.get('content-type'), 'application/sdp');
      assert.match(
        response.headers.get('location') ?? '',
        new RegExp(`^/api/cameras/${rig.door}/whep/[-\\w]{36}$`),
      );
      assert.match(response.headers.get('etag') ?? '', /^"[-\w]{16}"$/);
      assert.match(
        response.headers.get('link') ?? '',
        /^<stun:stun.example>; rel="ice-server", <turn:turn.example\?transport=udp>; rel="ice-server"; username="1:\w+"; credential="pass\\"word"; credential-type="password"$/,
      );
      const answer = await response.text();
      assert.match(answer, /^a=candidate:udp0 1 udp \d+ 192\.0\.2\.1 \d+ typ host\r$/m);
      assert.equal(rig.sfu.stats.consumers, 1);
      const url = new URL(response.headers.get('location') ?? '', rig.endpoint).href;
      assert.equal((await rig.send('DELETE', url, secret)).status, 200);
      assert.equal(rig.sfu.stats.transports, 0);
      assert.equal((await rig.send('DELETE', url, secret)).status, 404, 'it is gone');
    },
  );

  await context.test(
    'takes candidates without an answer, and an ICE restart with new credentials and a new ETag',
    async () => {
      const { url, etag, answer } = await rig.open(secret);
      assert.equal((await rig.patch(url, secret, undefined, FRAGMENT)).status, 428);
      assert.equal((await rig.patch(url, secret, '"other"', FRAGMENT)).status, 412);
      assert.equal((await rig.patch(url, secret, `W/${etag}`, FRAGMENT)).status, 412, 'a weak one is none');
      assert.equal((await rig.patch(url, secret, etag, 'candidates')).status, 400);
      const trickled = await rig.patch(url, secret, `"other", ${etag}`, FRAGMENT);
      assert.deepEqual([trickled.status, await trickled.text()], [204, '']);
      const restarted = await rig.patch(url, secret, '*', OTHER_ICE + FRAGMENT);
      assert.equal(restarted.status, 200);
      assert.equal(restarted.headers.get('content-type'), 'application/trickle-ice-sdpfrag');
      const fragment = await restarted.text();
      const [, ufrag = ''] = /^a=ice-ufrag:(\w+)\r$/m.exec(fragment) ?? [];
      assert.ok(ufrag !== '' && !answer.includes(ufrag));
      const next = restarted.headers.get('etag') ?? '';
      assert.notEqual(next, etag);
      assert.equal((await rig.patch(url, secret, etag, FRAGMENT)).status, 412, 'the ETag before the restart');
      assert.equal(
        (await rig.patch(url, secret, next, OTHER_ICE + FRAGMENT)).status,
        204,
        'the same credentials',
      );
      const wrongType = { body: FRAGMENT, headers: { 'if-match': next } };
      const refused = await rig.send('PATCH', url, secret, wrongType);
      assert.equal(refused.status, 415);
      assert.equal(refused.headers.get('accept-patch'), 'application/trickle-ice-sdpfrag');
      await rig.send('DELETE', url, secret);
    },
  );

  await context.test('is of the key that made it, and of no other, nor at another camera', async () => {
    const { url, etag } = await rig.open(secret);
    const other = await rig.keyFor();
    assert.equal((await rig.patch(url, other, etag, FRAGMENT)).status, 404);
    assert.equal((await rig.send('DELETE', url, other)).status, 404);
    assert.equal((await rig.send('DELETE', url.replace(rig.door, rig.yard), secret)).status, 404);
    assert.equal((await rig.send('DELETE', url, undefined)).status, 401);
    assert.equal((await rig.send('DELETE', url, secret)).status, 200);
  });

  const REFUSED: [what: string, status: number, sent: Sent][] = [
    ['another type of body', 415, { body: OFFER, headers: { 'content-type': 'text/plain' } }],
    ['no body', 415, {}],
    ['a client that takes JSON only', 406, { body: OFFER, headers: { accept: 'application/json' } }],
    ['no SDP', 400, { body: 'hello' }],
    ['no video', 422, { body: OFFER.slice(0, OFFER.indexOf('m=video')) }],
    ['megabytes', 413, { body: OFFER + 'a=x\r\n'.repeat(500_000) }],
    ['a page of another site', 403, { body: OFFER, headers: { origin: 'https://other.example' } }],
  ];
  for (const [what, status, sent] of REFUSED)
    await context.test(`is refused to ${what} with ${status}, and nothing is made`, async () => {
      const response = await rig.send('POST', rig.endpoint, secret, sent);
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      assert.equal(rig.sfu.stats.transports, 0);
    });

  await context.test('takes a key as a password, and is refused without the right', async () => {
    const headers = { authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` };
    const response = await rig.send('POST', rig.endpoint, undefined, { body: OFFER, headers });
    assert.equal(response.status, 201);
    await rig.send('DELETE', new URL(response.headers.get('location') ?? '', rig.endpoint).href, secret);
    assert.equal((await rig.send('POST', rig.endpoint, undefined, { body: OFFER })).status, 401);
    const events = await rig.keyFor(['events']);
    assert.equal((await rig.send('POST', rig.endpoint, events, { body: OFFER })).status, 403);
    const missing = rig.endpoint.replace(rig.door, 'cam_missing');
    assert.equal((await rig.send('POST', missing, secret, { body: OFFER })).status, 404);
  });

  await context.test('may be played by pages of the configured origins', async () => {
    const preflight = { origin: PLAYER_SITE, 'access-control-request-method': 'POST' };
    const asked = await rig.send('OPTIONS', rig.endpoint, undefined, { headers: preflight });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-origin'), PLAYER_SITE);
    assert.match(asked.headers.get('access-control-allow-methods') ?? '', /POST, PATCH, DELETE/);
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /Authorization/);
    assert.equal(asked.headers.get('link'), null);
    const refused = await rig.send('POST', rig.endpoint, 'wrong', { headers: { origin: PLAYER_SITE } });
    assert.equal(
      refused.headers.get('access-control-allow-origin'),
      PLAYER_SITE,
      'a page reads refusals too',
    );
    const other = { ...preflight, origin: 'https://other.example' };
    const notAsked = await rig.send('OPTIONS', rig.endpoint, undefined, { headers: other });
    assert.equal(notAsked.headers.get('access-control-allow-origin'), null);
  });

  await context.test(
    'OPTIONS tells the ICE servers to a caller with the right, and to nobody else',
    async () => {
      const told = await rig.send('OPTIONS', rig.endpoint, secret);
      assert.match(told.headers.get('link') ?? '', /turn:turn\.example/);
      assert.equal(told.headers.get('accept-post'), 'application/sdp');
      assert.equal(told.headers.get('allow'), 'OPTIONS, POST');
      assert.equal((await rig.send('OPTIONS', rig.endpoint, undefined)).headers.get('link'), null);
      const events = await rig.keyFor(['events']);
      assert.equal((await rig.send('OPTIONS', rig.endpoint, events)).status, 404);
      assert.equal((await rig.send('GET', rig.endpoint, secret)).status, 405);
    },
  );
});

describe('a session ends', () => {
  test('with its key, with the right of its user, and with the camera', async (context) => {
    const rig = await startWhep(context);
    const untilEnded = (why: string) => until(why, () => rig.sfu.stats.transports === 0, 1_000);
    const { user, client } = await rig.addViewer('anna', ['live']);
    const secret = await rig.keyFor();
    await rig.open(secret);
    const [key] = (await rig.admin.call<{ id: string }[]>('GET', '/api/keys')).body;
    await rig.admin.call('DELETE', `/api/keys/${key?.id}`);
    await untilEnded('its key was revoked');
    await rig.open(client.accessToken ?? '');
    await rig.server.accounts.users.change(user.id, { cameras: [] });
    await untilEnded('its user has no right any more');
    await rig.open(await rig.keyFor());
    rig.sfu.switchCamera(rig.door, true);
    await untilEnded('the camera is off');
  });

  test('when its key expires', async (context) => {
    let nowMs = 1_700_000_000_000;
    const rig = await startWhep(context, { nowMs: () => nowMs });
    await rig.open(await rig.keyFor(['live'], { expiresAtMs: nowMs + 3_600_000 }));
    nowMs += 3_600_000;
    await until('it has ended', () => rig.sfu.stats.transports === 0, 1_000);
  });
});

test('one user has a share of the transports, and a full server refuses with the time to try again', async (context) => {
  const rig = await startWhep(context);
  const secret = await rig.keyFor();
  for (let i = 0; i < TRANSPORT_SHARES.perUser; i++) {
    if (i % 20 === 0) relieve(rig.server.capacity);
    await rig.open(secret);
  }
  assert.equal((await rig.send('POST', rig.endpoint, secret, { body: OFFER })).status, 429);
  overload(rig.server.capacity);
  const { client } = await rig.addViewer('anna', ['live']);
  const refused = await rig.send('POST', rig.endpoint, client.accessToken ?? '', { body: OFFER });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '5');
  assert.equal(rig.sfu.stats.transports, TRANSPORT_SHARES.perUser, 'nothing is left of what was refused');
});
