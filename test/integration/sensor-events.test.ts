import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import { ApiSession } from '../support/api-session.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import type { SignalingSocket } from '../support/signaling-socket.ts';
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
