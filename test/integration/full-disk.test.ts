import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ApiError, ApiSession } from '../support/api-session.ts';
import { appImage } from '../support/app-image.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

const isDiskFull = (error: unknown) => error instanceof ApiError && /disk .* is full/.test(error.message);
const disk = SmallDisk.mount(1_500 * 1024);
after(() => disk?.[Symbol.dispose]());

test('with a full disk viewers keep watching, and other requests are refused with the reason', async (t) => {
  if (!disk) return t.skip('only root can make a small disk to fill');
  const server = await ServerProcess.start({ env: { VIGIE_DATA_DIR: join(disk.path, 'data') } });
  t.after(() => server.kill());
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  const garden = await admin.addCamera('Garden');
  const cameras = [
    startCamera(server.cameraUrl, door, FULL_RATE),
    startCamera(server.cameraUrl, garden, FULL_RATE),
  ];
  t.after(() => Promise.all(cameras.map((camera) => camera.stop())));
  const statusOf = async (id: string) => (await admin.cameras()).find((camera) => camera.id === id)?.status;
  await until(
    'both are online',
    async () => (await statusOf(door.id)) === 'online' && (await statusOf(garden.id)) === 'online',
  );

  const signaling = await admin.signaling();
  const { id, iceParameters, iceCandidates, dtlsParameters } = await signaling.request(
    'createWebRtcTransport',
    {},
  );
  const port = iceCandidates[0]?.port ?? 0;
  const viewer = await NodeViewer.create({ port, iceParameters, fingerprints: dtlsParameters.fingerprints });
  await signaling.request('connectWebRtcTransport', {
    transportId: id,
    dtlsParameters: viewer.dtlsParameters,
  });
  await viewer.connect();
  const consumer = await signaling.request('consume', { transportId: id, cameraId: door.id });
  await signaling.request('resumeConsumer', { consumerId: consumer.id });
  await viewer.nextRtp();

  // To the last byte, and then the space that SQLite has reserved.
  disk.fill();
  assert.throws(() => writeFileSync(join(disk.path, 'one-more'), Buffer.alloc(8192)), /ENOSPC/);
  await until('nothing more can be stored', async () =>
    admin.addCamera('One more').then(() => false, isDiskFull),
  );
  await assert.rejects(ApiSession.signIn(server.url, 'admin', server.password), isDiskFull);

  await assert.rejects(admin.uploadFirmware(appImage({ bytes: 500_000 })), isDiskFull);
  assert.deepEqual(readdirSync(join(disk.path, 'data', 'firmware')), [], 'no part of it is left');

  // The server tries to store when a camera disconnected.
  await cameras[1]?.stop();
  await until('it is offline', async () => (await statusOf(garden.id)) === 'offline');
  await viewer.nextRtp();

  disk.empty();
  await until('there is room again', () =>
    admin.addCamera('One more').then(
      () => true,
      () => false,
    ),
  );
  assert.equal((await admin.uploadFirmware(appImage({ bytes: 100_000 }))).bytes, 100_000);
  viewer.close();
  signaling.close();
});
