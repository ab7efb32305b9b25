import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import type { RecordingSettings, Timeline } from '../../server/wire/recording.ts';
import { startCamera } from '../support/camera-process.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const camera = await admin.addCamera('Door');
const device = startCamera(server.cameraUrl, camera);
after(async () => {
  await device.stop();
  await server.stop();
});

test("a sensor's report starts a recording on events, with the seconds before and after", async () => {
  const settings: RecordingSettings = {
    mode: 'events',
    schedule: [],
    preRollSeconds: 2,
    postRollSeconds: 4,
    fps: 10,
    bitrateBps: 500_000,
    quotaBytes: null,
    protectEvents: true,
    eventKinds: ['motion'],
    labels: [],
  };
  await admin.request('PUT', `/cameras/${camera.id}/recording`, settings);
  const { token } = await admin.request<SensorWithToken>('POST', `/cameras/${camera.id}/sensors`, {
    name: 'Porch',
  });
  await until('the camera sends pictures', async () => {
    const { fps } = await admin.request<{ fps: number }>('GET', `/cameras/${camera.id}/status`);
    return fps > 5;
  });
  const answer = await callLikeCurl(sensorCommand(`${server.url}/api/cameras/${camera.id}/events`, token));
  const { startedAtMs } = (await answer.json()) as EventView;
  const recorded = await until('the clip is over', async () => {
    const { segments } = await admin.request<Timeline>(
      'GET',
      `/cameras/${camera.id}/timeline?from=${startedAtMs - 60_000}&to=${startedAtMs + 60_000}`,
    );
    return segments.length === 2 && segments.every(({ open }) => !open) && segments;
  });
  const [before, during] = recorded;
  assert.ok(before && during);
  assert.ok(before.startMs < startedAtMs - 200, `${before.startMs - startedAtMs}`);
  assert.ok(during.endMs > startedAtMs, `${during.endMs - startedAtMs}`);
  assert.deepEqual([before.protected, during.protected], [true, true]);
});
