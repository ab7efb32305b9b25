import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { Problem } from '../../server/wire/problem.ts';
import type { EventView, SensorView, SensorWithToken } from '../../server/wire/event.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const SKETCH = resolve(import.meta.dirname, '../../firmware/examples/pir-esp8266/pir-esp8266.ino');

test('the HTTP call of the example sketch raises an event', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const sensor = (
    await admin.call<SensorWithToken>('POST', `/api/cameras/${id}/sensors`, { body: { name: 'Porch' } })
  ).body;
  // Parsed from the sketch: its headers, its body, its path.
  const source = readFileSync(SKETCH, 'utf8');
  const body = /http\.POST\("(.+?)"\);/.exec(source)?.[1]?.replaceAll('\\"', '"') ?? assert.fail('no POST');
  const path =
    /EVENTS_URL = "https:\/\/[^/]+(.+)"/.exec(source)?.[1]?.replace('cam_...', id) ?? assert.fail('no URL');
  const headers = Object.fromEntries(
    [...source.matchAll(/addHeader\("([\w-]+)", (?:String\("(Bearer )"\) \+ SENSOR_TOKEN|"([^"]+)")\)/g)].map(
      ([, name = '', bearer, value]) => [name, bearer ? bearer + sensor.token : (value ?? '')],
    ),
  );
  assert.deepEqual(Object.keys(headers), ['Authorization', 'Content-Type']);
  const response = await fetch(server.url + path, { method: 'POST', headers, body });
  assert.equal(response.status, 201);
  const event = (await response.json()) as EventView;
  const listed = await admin.call<EventView[]>('GET', `/api/cameras/${id}/events?limit=5`);
  assert.deepEqual(listed.body, [event]);
  assert.deepEqual([event.kind, event.source, event.sourceName], ['motion', 'sensor', 'Porch']);
});

test('the line of curl raises an event', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const admin = await ApiClient.signedIn(server);
  const { token } = (
    await admin.call<SensorWithToken>('POST', `/api/cameras/${id}/sensors`, { body: { name: 'Shell' } })
  ).body;
  const readme = readFileSync(resolve(import.meta.dirname, '../../firmware/README.md'), 'utf8');
  const line = /^curl .*\/events .*$/m.exec(readme)?.[0] ?? assert.fail('no curl line in firmware/README.md');
  const command = line
    .replace('https://YOUR-SERVER', server.url)
    .replace('CAMERA_ID', id)
    .replace('SENSOR_TOKEN', token);
  const response = await callLikeCurl(command);
  assert.equal(response.status, 201);
  assert.equal(((await response.json()) as EventView).cameraId, id);
});

test('a sensor’s token is shown once and grants nothing else', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const admin = await ApiClient.signedIn(server);
  const sensors = `/api/cameras/${id}/sensors`;
  const { token, ...view } = (await admin.call<SensorWithToken>('POST', sensors, { body: { name: 'Porch' } }))
    .body;
  assert.deepEqual((await admin.call<SensorView[]>('GET', sensors)).body, [view]);
  const sensor = new ApiClient(server);
  for (const path of ['/api/cameras', `/api/cameras/${id}/events`, sensors])
    assert.equal((await sensor.call('GET', path, { token })).status, 401, path);
  assert.equal((await admin.call('DELETE', `${sensors}/${view.id}`)).status, 204);
  const revoked = await sensor.call('POST', `/api/cameras/${id}/events`, { token, body: { kind: 'motion' } });
  assert.equal(revoked.status, 401);
});

async function seenBy(client: ApiClient, query = ''): Promise<EventView[]> {
  return (await client.call<EventView[]>('GET', `/api/events${query}`)).body;
}

test('a user lists the events of the visible cameras, of all at once and of a kind', async (context) => {
  const server = await startApi(context);
  const { store } = server;
  const cameras = await Promise.all(
    ['Door', 'Yard', 'Nest'].map((name, index) => store.cameras.add(name, 'v1', index)),
  );
  const ids = cameras.map(({ id }) => id);
  const added = ids.map((cameraId, index) =>
    store.events.add(
      {
        id: `evt_${index}`,
        cameraId,
        kind: index === 2 ? 'offline' : 'motion',
        source: index === 2 ? 'connection' : 'motion',
        sourceName: '',
        startedAtMs: index,
        endedAtMs: index,
        zones: [],
        score: null,
      },
      0,
    ),
  );
  const told = await Promise.all(added);
  const admin = await ApiClient.signedIn(server);
  assert.deepEqual(await seenBy(admin), told.toReversed());
  assert.deepEqual(await seenBy(admin, '?kind=offline'), told.slice(2));
  assert.deepEqual(await seenBy(admin, `?before=${told[2]?.id}&limit=1`), told.slice(1, 2));
  assert.deepEqual(await seenBy(admin, '?from=1&order=oldest'), told.slice(1));
  const nextOf = async (query: string): Promise<string> => {
    const { headers } = await admin.call('GET', `/api/events${query}`);
    return /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
  };
  const next = await nextOf('?limit=2&kind=motion');
  assert.deepEqual(await seenBy(admin, next), [], next);
  for (const query of ['?limit=1', '?limit=1&order=oldest', '?limit=1&from=0', '?limit=1&before=evt_2']) {
    const page = await seenBy(admin, query);
    const [following] = await seenBy(admin, await nextOf(query));
    assert.equal(following?.id, query.includes('before') ? 'evt_0' : 'evt_1', query);
    assert.notEqual(page[0]?.id, following?.id);
  }
  const { headers: last } = await admin.call('GET', '/api/events?limit=4');
  assert.equal(last.get('link'), null);
  const password = 'a password of her own';
  // To the second one every right but that to its events.
  const others = rightsTo(ids.slice(1, 2), ['live', 'lookBack', 'control']);
  const given = [...rightsTo(ids.slice(0, 1), ['events']), ...others];
  const anna = { username: 'anna', password, role: 'viewer', cameras: given };
  assert.equal((await admin.call('POST', '/api/users', { body: anna })).status, 201);
  const hers = await ApiClient.signedIn(server, 'anna', password);
  assert.deepEqual(await seenBy(hers), told.slice(0, 1));
  assert.equal((await new ApiClient(server).call('GET', '/api/events')).status, 401);
  for (const query of ['kind=fire', 'order=up', 'from=-1', 'to=x'])
    assert.equal((await admin.call('GET', `/api/events?${query}`)).status, 400, query);
  const ofOtherOrder = new URLSearchParams(next).get('cursor');
  for (const query of [
    `cursor=${ofOtherOrder}&order=oldest`,
    'cursor=evt_1',
    'cursor=bm8',
    `cursor=${ofOtherOrder}&before=evt_1`,
  ])
    assert.equal((await admin.call('GET', `/api/events?${query}`)).status, 422, query);
  for (const query of ['cursor=', 'cursor=a.b', `cursor=${'a'.repeat(65)}`, 'cursor=a&cursor=b'])
    assert.equal((await admin.call('GET', `/api/events?${query}`)).status, 400, query);
  const twoLimits = `/api/events?before=${told[2]?.id}&from=1`;
  assert.equal((await admin.call('GET', twoLimits)).status, 422);
});

test('an invalid event is refused', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const admin = await ApiClient.signedIn(server);
  const { token } = (
    await admin.call<SensorWithToken>('POST', `/api/cameras/${id}/sensors`, { body: { name: 'P' } })
  ).body;
  const raise = (body: unknown, bearer: string | null = token) =>
    admin.call<Problem>('POST', `/api/cameras/${id}/events`, { body, token: bearer });
  for (const body of [
    {},
    { kind: 'fire' },
    { kind: 'motion', source: '' },
    { kind: 'motion', source: 'x'.repeat(33) },
    { kind: 'motion', startedAtMs: 0 },
    [],
    '{',
  ])
    assert.equal((await raise(body)).status, 400, JSON.stringify(body));
  for (const bearer of [null, 'x', admin.accessToken])
    assert.equal((await raise({ kind: 'motion' }, bearer)).status, 401);
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'before=', 'after=1'])
    assert.equal((await admin.call('GET', `/api/cameras/${id}/events?${query}`)).status, 400, query);
  assert.equal((await admin.call('POST', '/api/cameras/cam_x/sensors', { body: { name: 'P' } })).status, 404);
});

test('guessing tokens is slowed down by address, and a right one always passes', async (context) => {
  const server = await startApi(context, { trustedProxies: ['loopback'] });
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const admin = await ApiClient.signedIn(server);
  const { token } = (
    await admin.call<SensorWithToken>('POST', `/api/cameras/${id}/sensors`, { body: { name: 'P' } })
  ).body;
  const raise = (bearer: string, address: string) =>
    admin.call('POST', `/api/cameras/${id}/events`, {
      body: { kind: 'motion' },
      token: bearer,
      headers: { 'x-forwarded-for': address },
    });
  for (let i = 0; i < 5; i++) assert.equal((await raise(token, '192.0.2.1')).status, 201);
  for (let i = 0; i < 100; i++) assert.equal((await raise('A'.repeat(43), '192.0.2.1')).status, 401);
  const slowed = await raise('A'.repeat(43), '192.0.2.1');
  assert.equal(slowed.status, 429);
  assert.ok(Number(slowed.headers.get('retry-after')) > 0);
  assert.equal((await raise('A'.repeat(43), '192.0.2.2')).status, 401);
  assert.equal((await raise(token, '192.0.2.1')).status, 201);
});
