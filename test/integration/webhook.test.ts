import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import type { SensorWithToken } from '../../server/wire/event.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { Receiver } from '../support/receiver.ts';

const server = await ServerProcess.start();
const receiver = await Receiver.start();
after(async () => {
  receiver.close();
  await server.stop();
});

test("a sensor's report is delivered, even when the server is killed right after it", async () => {
  const admin = await server.admin();
  const { id } = await admin.addCamera('Door');
  await admin.request('POST', '/webhooks', { name: 'House', url: receiver.url, kinds: ['motion'] });
  const { token } = await admin.request<SensorWithToken>('POST', `/cameras/${id}/sensors`, { name: 'Porch' });
  receiver.answer = () => undefined;
  assert.equal(
    (await callLikeCurl(sensorCommand(`${server.url}/api/cameras/${id}/events`, token))).status,
    201,
  );
  await until('it is on its way', () => receiver.received.length === 1);
  await server.kill();
  receiver.answer = (response) => void response.end();
  await server.start();
  await until('it is sent again', () => receiver.received.length === 2);
  const [first, second] = receiver.received;
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
  assert.equal(second?.message.data?.cameraName, 'Door');
  assert.equal(second.message.data.sourceName, 'Porch');
});
