import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import { makeApiKey } from '../../server/accounts/api-key-secret.ts';
import type { ApiKeyView, MadeApiKey } from '../../server/wire/api-key.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';
import { ApiSession } from '../support/api-session.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
after(() => server.stop());

function eventsTold({ received }: SignalingSocket): EventView[] {
  return received.flatMap((message) =>
    message.type === 'notification' && message.method === 'event' ? [message.data] : [],
  );
}

test('an event is sent to users with the right to its camera, and to no other', async () => {
  const admin = await server.admin();
  const [door, yard] = [await admin.addCamera('Door'), await admin.addCamera('Yard')];
  await admin.addViewer('anna', 'a password of her own', [door.id]);
  await admin.addViewer('bert', 'a password of his own', [yard.id]);
  const anna = await ApiSession.signIn(server.url, 'anna', 'a password of her own');
  const bert = await ApiSession.signIn(server.url, 'bert', 'a password of his own');
  const [hers, his] = [await anna.signaling(), await bert.signaling()];
  const { token } = await admin.request<SensorWithToken>('POST', `/cameras/${door.id}/sensors`, {
    name: 'Porch',
  });
  const answer = await callLikeCurl(sensorCommand(`${server.url}/api/cameras/${door.id}/events`, token));
  assert.equal(answer.status, 201);
  const event = (await answer.json()) as EventView;
  await until('the event', () => eventsTold(hers).length > 0);
  assert.deepEqual(eventsTold(hers), [event]);
  // Everything sent before this answer has arrived with it.
  await his.request('getTime', { t0: 0 });
  assert.deepEqual(eventsTold(his), []);
  assert.deepEqual(await anna.request('GET', `/cameras/${door.id}/events`), [event]);
  await assert.rejects(bert.request('GET', `/cameras/${door.id}/events`), /notFound/);
  hers.close();
  his.close();
});

test('a program signs in to signaling by its key, is told what the key may see, and leaves with it', async () => {
  const admin = await server.admin();
  const [door, yard] = [await admin.addCamera('Gate'), await admin.addCamera('Garage')];
  const cameras = [{ cameraId: door.id, rights: ['events'] }];
  const { key, secret } = await admin.request<MadeApiKey>('POST', '/keys', { name: 'Follower', cameras });
  const program = await SignalingSocket.open(server.url, secret);
  assert.deepEqual(program.received[0], { type: 'authenticated', expiresInSeconds: null });
  for (const camera of [yard, door]) {
    const { token } = await admin.request<SensorWithToken>('POST', `/cameras/${camera.id}/sensors`, {
      name: 'Porch',
    });
    await callLikeCurl(sensorCommand(`${server.url}/api/cameras/${camera.id}/events`, token));
  }
  await until('the event', () => eventsTold(program).length > 0);
  assert.deepEqual(
    eventsTold(program).map(({ cameraId }) => cameraId),
    [door.id],
  );
  await assert.rejects(program.request('watchFrames', { cameraId: door.id }), /^Error: forbidden$/);
  await assert.rejects(program.request('watchFrames', { cameraId: yard.id }), /^Error: notFound$/);

  const listed = (await admin.request<ApiKeyView[]>('GET', '/keys')).find(({ id }) => id === key.id);
  assert.ok(listed?.lastUsedAtMs);
  const logged = await admin.request<AuditEntry[]>('GET', '/audit?kind=access');
  assert.ok(logged.some(({ action, details }) => action === 'apiKeyUsed' && details['byKeyId'] === key.id));

  await admin.request('DELETE', `/keys/${key.id}`);
  await until('it is closed', () => program.closeCode, 1000);
  assert.equal(program.closeCode, SIGNALING_CLOSE.signedOut);
  const late = await SignalingSocket.open(server.url, secret);
  assert.equal(late.closeCode, SIGNALING_CLOSE.unauthorized);
});

test('wrong keys on signaling count like those of requests', async () => {
  const wrong = makeApiKey('key_222222222222');
  const codes: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 31; attempt++)
    codes.push((await SignalingSocket.open(server.url, wrong)).closeCode);
  assert.ok(codes.slice(0, 29).every((code) => code === SIGNALING_CLOSE.unauthorized));
  assert.equal(codes.at(-1), SIGNALING_CLOSE.tooManyMessages);
});
