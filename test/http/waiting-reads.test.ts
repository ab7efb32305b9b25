import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewEvent } from '../../server/events/event-store.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const PASSWORD = 'a password of her own';

test('a user who loses the right during a look-up does not get the answer', async (context) => {
  const server = await startApi(context);
  const { store, accounts } = server;
  const { id: cameraId } = await store.cameras.add('Door', 'v1', 1);
  const event: NewEvent = {
    id: 'evt_1',
    cameraId,
    source: 'motion',
    sourceName: '',
    kind: 'motion',
    startedAtMs: 1,
    endedAtMs: 2,
    zones: [],
    score: null,
  };
  await store.events.add(event, 1);
  await store.events.addThumbnail(cameraId, event.id, Uint8Array.of(1));
  const { id: userId } = await accounts.users.add({
    username: 'anna',
    password: PASSWORD,
    role: 'viewer',
    cameras: rightsTo([cameraId]),
  });
  const anna = await ApiClient.signedIn(server, 'anna', PASSWORD);
  const routes = [
    ['/api/events', 'list', 200],
    [`/api/cameras/${cameraId}/events`, 'list', 404],
    [`/api/cameras/${cameraId}/events/evt_1/thumbnail.jpg`, 'thumbnail', 404],
    [`/api/cameras/${cameraId}/timeline?from=0&to=9`, 'timeline', 404],
  ] as const;
  for (const [path, method, status] of routes) {
    await accounts.users.change(userId, { cameras: rightsTo([cameraId]) });
    assert.equal((await anna.call('GET', path)).status, 200, path);
    const holder: object = method === 'timeline' ? store.recordings : store.events;
    const look = Reflect.get(holder, method) as (...args: unknown[]) => Promise<unknown>;
    const waiting = context.mock.method(
      holder as Record<string, typeof look>,
      method,
      async (...args: unknown[]) => {
        const found = await look(...args);
        await accounts.users.change(userId, { cameras: [] });
        return found;
      },
    );
    const answer = await anna.call('GET', path);
    assert.deepEqual([answer.status, waiting.mock.callCount()], [status, 1], path);
    if (status === 200) assert.deepEqual(answer.body, []);
    waiting.mock.restore();
  }
});

test('long reads of one user are limited, and refused above that with a delay', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const answers = await Promise.all(Array.from({ length: 400 }, () => admin.call('GET', '/api/events')));
  const statuses = new Set(answers.map(({ status }) => status));
  assert.ok(statuses.isSubsetOf(new Set([200, 503])), [...statuses].join());
  for (const { status, headers } of answers)
    if (status === 503) assert.equal(headers.get('retry-after'), '1');
  assert.equal((await admin.call('GET', '/api/events')).status, 200);
});
