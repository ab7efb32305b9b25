import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLog } from '../../server/log.ts';
import { openStores } from '../../server/stores.ts';
import type { EventView } from '../../server/wire/event.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
after(() => server.stop());

test('the event of a camera that was offline before a restart of the server ends when it reconnects', async (context) => {
  const camera = await (await server.admin()).addCamera('Door');
  assert.equal(await server.child.stop(), 0);
  const store = openStores(join(server.folder, 'data'), createLog('silent'));
  const away = await store.events.add(
    {
      id: 'evt_away',
      cameraId: camera.id,
      kind: 'offline',
      source: 'connection',
      sourceName: '',
      startedAtMs: Date.now() - 60_000,
      endedAtMs: null,
      zones: [],
      score: null,
    },
    Date.now() - 30_000,
  );
  await store.close();
  await server.start();
  const admin = await server.admin();
  const events = (): Promise<EventView[]> => admin.request('GET', `/cameras/${camera.id}/events`);
  assert.deepEqual(await events(), [away]);
  const device = startCamera(server.cameraUrl, camera);
  context.after(() => device.stop());
  const [back] = await until('it is back', async () => {
    const listed = await events();
    return listed.some(({ endedAtMs }) => endedAtMs !== null) && listed;
  });
  assert.ok(back?.endedAtMs && back.endedAtMs > away.startedAtMs);
  assert.equal(back.id, away.id);
});
