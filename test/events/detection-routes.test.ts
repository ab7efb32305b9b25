import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import { MAX_BOXES, type DetectionReceipt } from '../../server/wire/detection.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const BOX = { label: 'person', score: 0.9, x: 0.1, y: 0.2, width: 0.1, height: 0.3 };

async function analysed(context: TestContext) {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const { id } = await server.store.cameras.add('Door', 'v1', 1);
  const { id: other } = await server.store.cameras.add('Yard', 'v1', 1);
  const made = await admin.call<MadeApiKey>('POST', '/api/keys', {
    body: { name: 'Analyser', cameras: [{ cameraId: id, rights: ['analyse'] }] },
  });
  const { secret } = made.body;
  const report = async (body: unknown, cameraId = id, key = secret) => {
    const response = await fetch(`${server.url}/api/cameras/${cameraId}/detections`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as DetectionReceipt & Problem };
  };
  return { server, admin, id, other, report, key: made.body.key };
}

test('a key with the right `analyse` reports, and the event says what, how sure, and by which key', async (context) => {
  const { admin, id, report } = await analysed(context);
  const { status, body } = await report({
    capturedAtMs: Date.now(),
    boxes: [
      { ...BOX, label: ' Person ' },
      { ...BOX, x: 0.7, score: 0.2 },
    ],
  });
  assert.equal(status, 200);
  assert.equal(body.objects[1]?.eventId, null, 'it is too unsure to be an event');
  const listed = await admin.call<EventView[]>('GET', `/api/cameras/${id}/events?label=person`);
  assert.deepEqual(
    listed.body.map(({ id: eventId, kind, label, score, sourceName }) => [
      eventId,
      kind,
      label,
      score,
      sourceName,
    ]),
    [[body.objects[0]?.eventId, 'detection', 'person', 0.9, 'Analyser']],
  );
  const dogs = await admin.call<EventView[]>('GET', '/api/events?kind=detection&label=dog');
  assert.deepEqual(dogs.body, []);
});

test('that right opens nothing else, and nothing of another camera', async (context) => {
  const { server, id, other, report, admin, key } = await analysed(context);
  const body = { capturedAtMs: Date.now(), boxes: [BOX] };
  assert.equal((await report(body, other)).status, 404);
  const live = await admin.call<MadeApiKey>('POST', '/api/keys', {
    body: { name: 'Viewer', cameras: rightsTo([id], ['live']) },
  });
  const refused = await report(body, id, live.body.secret);
  assert.equal(refused.status, 403);
  assert.match(refused.body.detail, /only an API key with the right analyse/);
  await server.accounts.users.add({
    username: 'eve',
    password: 'a password of hers',
    role: 'viewer',
    cameras: rightsTo([id], ['live', 'events']),
  });
  const eve = await ApiClient.signedIn(server, 'eve', 'a password of hers');
  assert.equal((await eve.call('POST', `/api/cameras/${id}/detections`, { body })).status, 403);
  const taken = await eve.call<Problem>('POST', '/api/keys', {
    body: { name: 'k', everyCamera: ['analyse'] },
  });
  assert.equal(taken.status, 403);
  await admin.call('DELETE', `/api/keys/${key.id}`);
  assert.equal((await report(body)).status, 401, 'revoked');
});

suite('a report that is not as it should be is refused, and says why', () => {
  const nowMs = Date.now();
  const cases: [what: string, body: unknown, says: RegExp][] = [
    ['without a time', { boxes: [] }, /capturedAtMs/],
    ['a time that is a text', { capturedAtMs: '1', boxes: [] }, /capturedAtMs/],
    ['without boxes', { capturedAtMs: nowMs }, /boxes/],
    [
      'too many boxes',
      { capturedAtMs: nowMs, boxes: Array.from({ length: MAX_BOXES + 1 }, () => BOX) },
      /boxes/,
    ],
    ['a score above 1', { capturedAtMs: nowMs, boxes: [{ ...BOX, score: 1.1 }] }, /boxes\.0\.score/],
    ['pixels', { capturedAtMs: nowMs, boxes: [{ ...BOX, x: 320 }] }, /boxes\.0\.x/],
    ['no extent', { capturedAtMs: nowMs, boxes: [{ ...BOX, width: 0 }] }, /boxes\.0\.width/],
    ['an empty label', { capturedAtMs: nowMs, boxes: [{ ...BOX, label: '  ' }] }, /boxes\.0\.label/],
    ['a long label', { capturedAtMs: nowMs, boxes: [{ ...BOX, label: 'x'.repeat(33) }] }, /boxes\.0\.label/],
    ['a control character', { capturedAtMs: nowMs, boxes: [{ ...BOX, label: 'a\u0007b' }] }, /label/],
    ['an unknown field', { capturedAtMs: nowMs, boxes: [{ ...BOX, w: 1 }] }, /boxes\.0/],
    ['seconds for ms', { capturedAtMs: nowMs / 1000, boxes: [] }, /capturedAtMs/],
  ];
  test(cases.map(([what]) => what).join(', '), async (context) => {
    const { report } = await analysed(context);
    for (const [what, body, says] of cases) {
      const refused = await report(body);
      assert.ok([400, 422].includes(refused.status), `${what}: ${refused.status}`);
      assert.match(refused.body.detail, says, what);
    }
  });
});

test('nothing is taken of a camera that is switched off', async (context) => {
  const { admin, id, report } = await analysed(context);
  await admin.call('PUT', `/api/cameras/${id}/switch`, { body: { off: true } });
  const { status, body } = await report({ capturedAtMs: Date.now(), boxes: [BOX] });
  assert.deepEqual([status, body.code], [503, 'cameraOff']);
});

test('labels are listed to those who may see the events', async (context) => {
  const { server, admin, id, report } = await analysed(context);
  const boxes = ['person', 'dog', 'person'].map((label, n) => ({ ...BOX, label, x: 0.3 * n }));
  await report({ capturedAtMs: Date.now(), boxes });
  assert.deepEqual((await admin.call<string[]>('GET', '/api/detection-labels')).body, ['dog', 'person']);
  await server.accounts.users.add({
    username: 'eve',
    password: 'a password of hers',
    role: 'viewer',
    cameras: rightsTo([id], ['live']),
  });
  const eve = await ApiClient.signedIn(server, 'eve', 'a password of hers');
  assert.deepEqual((await eve.call<string[]>('GET', '/api/detection-labels')).body, []);
});
