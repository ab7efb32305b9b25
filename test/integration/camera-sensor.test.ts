import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EventView } from '../../server/wire/event.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
after(() => server.stop());

test("a report of a camera's wired sensor is an event, which ends with its connection", async (context) => {
  const admin = await server.admin();
  const camera = await admin.addCamera('Door');
  const device = startCamera(server.cameraUrl, camera);
  context.after(() => device.stop());
  await device.line(/online/);
  device.process.kill('SIGUSR2');
  const newest = async (): Promise<EventView | undefined> =>
    (await admin.request<EventView[]>('GET', `/cameras/${camera.id}/events`))[0];
  const begun = await until('it is an event', newest);
  assert.deepEqual([begun.source, begun.kind, begun.endedAtMs], ['camera', 'motion', null]);
  await until('there is a picture of it', async () => (await newest())?.thumbnail);
  await device.stop();
  const ended = await until('it has ended', async () => {
    const event = await newest();
    return typeof event?.endedAtMs === 'number' && event;
  });
  assert.equal(ended.id, begun.id);
});
