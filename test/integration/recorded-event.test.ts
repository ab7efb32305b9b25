import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import type { DetectionReceipt } from '../../server/wire/detection.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import type { CameraRecording, RecordingSettings, Timeline } from '../../server/wire/recording.ts';
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

const SETTINGS: RecordingSettings = {
  mode: 'events',
  schedule: [],
  preRollSeconds: 0,
  postRollSeconds: 1,
  fps: 10,
  bitrateBps: 500_000,
  quotaBytes: null,
  protectEvents: false,
  eventKinds: ['detection'],
  labels: ['person'],
};

test("a sensor's report starts a recording on events, with the seconds before and after", async () => {
  const settings: RecordingSettings = {
    ...SETTINGS,
    preRollSeconds: 2,
    postRollSeconds: 4,
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

test('a detection with a label of the settings starts a recording, and another label does not', async () => {
  await admin.request('PUT', `/cameras/${camera.id}/recording`, SETTINGS);
  const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
    name: 'Yard analyser',
    cameras: [{ cameraId: camera.id, rights: ['analyse'] }],
  });
  const report = async (label: string): Promise<void> => {
    const answer = await fetch(`${server.url}/api/cameras/${camera.id}/detections`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        capturedAtMs: Date.now(),
        boxes: [{ label, score: 0.9, x: label === 'dog' ? 0.1 : 0.6, y: 0.2, width: 0.2, height: 0.4 }],
      }),
    });
    const { objects } = (await answer.json()) as DetectionReceipt;
    assert.ok(objects[0]?.eventId, `${label} is an event`);
  };
  const recording = async (): Promise<boolean> => {
    const view = await admin.request<CameraRecording>('GET', `/cameras/${camera.id}/recording`);
    return view.recording;
  };
  await report('dog');
  assert.equal(await recording(), false);
  await report('person');
  await until('it is recorded', recording);
});
