import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import { startCamera } from '../support/camera-process.ts';
import { DatabaseLock } from '../support/database-lock.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
after(() => server.stop());

test('while another program locks the database, live video continues, the API answers, and no sensor event is lost', async (t) => {
  const admin = await server.admin();
  const camera = await admin.addCamera('Door');
  const device = startCamera(server.cameraUrl, camera);
  t.after(() => device.stop());
  const sensors = await Promise.all(
    ['Porch', 'Gate', 'Path'].map((name) =>
      admin.request<SensorWithToken>('POST', `/cameras/${camera.id}/sensors`, { name }),
    ),
  );
  const report = async (token: string): Promise<EventView> => {
    const response = await fetch(`${server.url}/api/cameras/${camera.id}/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ kind: 'motion' }),
    });
    assert.equal(response.status, 201);
    return (await response.json()) as EventView;
  };
  await until('it is online', async () => (await admin.cameras())[0]?.status === 'online');
  const signaling = await admin.signaling();
  const { id, iceParameters, iceCandidates, dtlsParameters } = await signaling.request(
    'createWebRtcTransport',
    {},
  );
  const port = iceCandidates[0]?.port ?? 0;
  const viewer = await NodeViewer.create({ port, iceParameters, fingerprints: dtlsParameters.fingerprints });
  t.after(() => (viewer.close(), signaling.close()));
  await signaling.request('connectWebRtcTransport', {
    transportId: id,
    dtlsParameters: viewer.dtlsParameters,
  });
  await viewer.connect();
  const { id: consumerId } = await signaling.request('consume', { transportId: id, cameraId: camera.id });
  await signaling.request('resumeConsumer', { consumerId });
  await viewer.nextRtp();

  await using lock = await DatabaseLock.hold(join(server.folder, 'data'));
  let answered = 0;
  const reports = sensors.map(async ({ token }) => {
    const event = await report(token);
    answered++;
    return event;
  });
  // Each round has one answer of each kind. The writer waits for the lock a second at a time, so this takes some seconds.
  await until('it has gone on like this for a while', async () => {
    const { status } = await fetch(`${server.url}/api/health`);
    assert.equal(status, 200);
    assert.deepEqual(await admin.request('GET', '/events'), []);
    await viewer.nextRtp();
    const { store } = await admin.request<{ store: { writes: { locked: number } } }>('GET', '/status');
    return store.writes.locked >= 4;
  });
  assert.equal(answered, 0, 'no success is reported before the write');
  await lock.release();
  const events = await Promise.all(reports);
  const listed = await admin.request<EventView[]>('GET', '/events');
  assert.deepEqual(new Set(listed.map((event) => event.id)), new Set(events.map((event) => event.id)));
});
