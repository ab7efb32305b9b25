import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { IngestRig } from '../support/ingest-rig.ts';

test('a removed camera is forgotten; one whose key was rotated is not', async () => {
  await using rig = await IngestRig.start();
  for (const [cameraId, reason, remembered] of [
    ['cam_1', 'removed', false],
    ['cam_2', 'keyRotated', true],
  ] as const) {
    const camera = await rig.online(cameraId);
    camera.sendFrame();
    camera.say({ type: 'telemetry', rssi: -60 });
    await until('the frame has arrived', () => rig.ingest.status(cameraId).lastFrameAtMs !== null);
    rig.ingest.disconnect(cameraId, reason);
    await camera.closed;
    const { online, lastFrameAtMs } = rig.ingest.status(cameraId);
    assert.deepEqual([online, lastFrameAtMs !== null], [false, remembered], reason);
  }
});
