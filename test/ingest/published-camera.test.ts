/** A program that sends a camera's pictures by another interface: ingest treats them as a device's. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Publisher } from '../../server/core/link/publishing.ts';
import { IngestRig, JPEG } from '../support/ingest-rig.ts';

const SECOND_US = 1_000_000;

function setUp(rig: IngestRig, changes: Partial<Publisher> = {}) {
  const closed: string[] = [];
  const camera = rig.ingest.publish({
    cameraId: 'cam_1',
    software: 'lab 3',
    address: '192.0.2.1',
    secure: true,
    onClosed: (reason) => closed.push(reason),
    ...changes,
  });
  return { camera, closed };
}

suite('a published camera', () => {
  test('is online from its start to its end, and shows what the program says of itself', async () => {
    await using rig = await IngestRig.start();
    const changes: string[] = [];
    for (const change of ['online', 'offline'] as const) rig.ingest.on(change, () => changes.push(change));
    const { camera, closed } = setUp(rig);
    const { online, device, secure, ackWindow } = rig.ingest.status('cam_1');
    assert.deepEqual([online, device?.firmware, secure, ackWindow], [true, 'lab 3', true, camera.ackWindow]);
    camera.leave();
    camera.leave();
    assert.deepEqual([changes, closed], [['online', 'offline'], []]);
    assert.equal(rig.ingest.status('cam_1').online, false);
  });

  test('has its pictures taken once they are checked, and counted with those of devices', async () => {
    await using rig = await IngestRig.start();
    const { camera } = setUp(rig);
    assert.equal(camera.take(JPEG, undefined), undefined);
    assert.deepEqual(
      rig.frames.map(({ cameraId, width, height }) => [cameraId, width, height]),
      [['cam_1', 64, 48]],
    );
    assert.equal(rig.ingest.counters.frames, 1);
  });

  test('is told why a picture is refused, and stays', async () => {
    await using rig = await IngestRig.start();
    const { camera } = setUp(rig);
    for (const bytes of [Buffer.alloc(0), JPEG.subarray(0, 100), Buffer.from('<html>')])
      assert.equal(camera.take(bytes, undefined)?.kind, 'damaged');
    assert.equal(camera.take(Buffer.concat([JPEG, Buffer.alloc(2 ** 21)]), undefined), undefined);
    const { framesDropped, online } = rig.ingest.status('cam_1');
    assert.deepEqual([framesDropped, online, rig.frames.length], [3, true, 1]);
  });

  test('sends at most 75 pictures a second', async () => {
    let nowUs = 0;
    await using rig = await IngestRig.start({ clock: () => nowUs });
    const { camera } = setUp(rig);
    for (let frame = 0; frame < 75; frame++) assert.equal(camera.take(JPEG, undefined), undefined);
    assert.equal(camera.take(JPEG, undefined)?.kind, 'tooFast');
    nowUs += SECOND_US / 75 + 1;
    assert.equal(camera.take(JPEG, undefined), undefined);
  });

  test('has its pictures dated as it says, in order, never after their arrival or long before it', async () => {
    let nowUs = 100 * SECOND_US;
    await using rig = await IngestRig.start({ clock: () => nowUs });
    const { camera } = setUp(rig);
    const dated = (saidUs: number | undefined): number | undefined => {
      camera.take(JPEG, saidUs);
      return rig.frames.at(-1)?.captureUs;
    };
    assert.equal(dated(99 * SECOND_US), 99 * SECOND_US);
    assert.equal(dated(98 * SECOND_US), 99 * SECOND_US + 1);
    assert.equal(dated(101 * SECOND_US), nowUs);
    nowUs += 20 * SECOND_US;
    assert.equal(dated(100 * SECOND_US), nowUs);
    nowUs += SECOND_US;
    assert.equal(dated(undefined), nowUs);
    assert.equal(dated(Number.NaN), nowUs);
  });

  test('is replaced by the next connection of the camera, of a device or of a program, without a gap', async () => {
    await using rig = await IngestRig.start();
    const offline: string[] = [];
    rig.ingest.on('offline', (cameraId) => offline.push(cameraId));
    const first = setUp(rig);
    const device = await rig.online('cam_1');
    assert.deepEqual(first.closed, ['replaced']);
    const second = setUp(rig);
    await device.closed;
    assert.equal(first.camera.take(JPEG, undefined), undefined);
    assert.equal(rig.frames.length, 0);
    assert.equal(second.camera.take(JPEG, undefined), undefined);
    assert.deepEqual([rig.frames.length, offline, second.closed], [1, [], []]);
  });

  test('ends when the camera is removed', async () => {
    await using rig = await IngestRig.start();
    const { camera, closed } = setUp(rig);
    rig.ingest.disconnect('cam_1', 'removed');
    assert.deepEqual(closed, ['removed']);
    camera.take(JPEG, undefined);
    assert.equal(rig.frames.length, 0);
  });

  test('takes no settings, commands or updates', async () => {
    await using rig = await IngestRig.start();
    setUp(rig);
    const rejected = { code: 'cameraRejected' };
    await assert.rejects(rig.ingest.set('cam_1', { maxFps: 5 }), rejected);
    await assert.rejects(rig.ingest.reboot('cam_1'), rejected);
    assert.deepEqual(rig.ingest.deviceOf('cam_1')?.capabilities, []);
  });
});
