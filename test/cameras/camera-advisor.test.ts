import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { CameraAdvisor } from '../../server/cameras/camera-advisor.ts';
import { IngestRig } from '../support/ingest-rig.ts';
import { until } from '../support/until.ts';

const TELEMETRY = {
  type: 'telemetry',
  rssi: -90,
  heap: 90_000,
  psram: 0,
  fps: 25,
  drops: 0,
  resetReason: 'brown-out',
};

function codes(advisor: CameraAdvisor, cameraId = 'cam_1'): string[] {
  return advisor.adviceFor(cameraId).map(({ code }) => code);
}

suite('camera advisor', () => {
  test("a camera's reports cause advice, which is sent once and removed with the camera", async () => {
    await using rig = await IngestRig.start();
    const advisor = new CameraAdvisor(rig.ingest);
    const told: string[] = [];
    advisor.on('changed', (cameraId, advice) =>
      told.push([cameraId, ...advice.map(({ code }) => code)].join(' ')),
    );
    const camera = await rig.online('cam_1');
    camera.say({ type: 'time', id: 0, t0: 4_000_000 });
    for (let i = 0; i < 3; i++) camera.say(TELEMETRY);
    await until(() => codes(advisor).length === 2);
    assert.deepEqual(codes(advisor), ['weakWifi', 'brownOut']);
    assert.deepEqual(told, ['cam_1 weakWifi brownOut']);
    assert.deepEqual(codes(advisor, 'cam_2'), []);
    advisor.removeCamera('cam_1');
    assert.deepEqual(codes(advisor), []);
    advisor.close();
  });

  test('advice about a wrong key is for administrators only, and only for existing ids', async () => {
    await using rig = await IngestRig.start();
    const advisor = new CameraAdvisor(rig.ingest);
    const told: string[] = [];
    advisor.on('changed', (cameraId) => told.push(cameraId));
    const answers = new Set<string>();
    for (let i = 0; i < 4; i++) {
      for (const cameraId of ['cam_1', 'nobody']) {
        const stranger = rig.connect();
        stranger.say((await stranger.hello(cameraId, randomBytes(32))).hello);
        const { code, reason } = await stranger.closed;
        answers.add(`${code} ${reason}`);
      }
    }
    assert.equal(answers.size, 1, [...answers].join(' | '));
    await until(() => codes(advisor).includes('keyRejected'));
    const { wrongKey, unknownId } = advisor.attemptsOf('cam_1');
    for (const attempt of [wrongKey, unknownId]) {
      assert.match(attempt?.address ?? '', /127\.0\.0\.1/);
      assert.ok(Math.abs((attempt?.atMs ?? 0) - Date.now()) < 60_000, 'the time is a date');
    }
    assert.equal(advisor.attemptsOf('nobody').wrongKey, null);
    assert.deepEqual(codes(advisor, 'nobody'), []);
    assert.deepEqual(told, ['cam_1']);
    await rig.online('cam_1');
    assert.deepEqual(codes(advisor), []);
    advisor.close();
  });

  test('two cameras with one id are distinguished from one that reconnects', async () => {
    await using rig = await IngestRig.start();
    const advisor = new CameraAdvisor(rig.ingest);
    await rig.online('cam_1');
    await rig.online('cam_1');
    assert.deepEqual(codes(advisor), []);
    for (let i = 0; i < 4; i++) await rig.online('cam_1');
    assert.deepEqual(codes(advisor), ['sameId']);
    advisor.close();
  });
});
