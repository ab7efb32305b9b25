import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { CAMERA_CLOSE } from '../../server/wire/camera-protocol.ts';
import { IngestRig } from '../support/ingest-rig.ts';
import { until } from '../support/until.ts';

/** Fails on the frames of one camera. */
const onFrame = ({ cameraId }: CameraFrame): void => {
  if (cameraId === 'cam_1') throw new Error('a fault of ours');
};

test('a frame that the server itself fails on costs its connection and no other', async () => {
  await using rig = await IngestRig.start({ onFrame });
  const bystander = await rig.online('cam_2');
  const camera = await rig.online('cam_1');
  camera.sendFrame();
  assert.equal((await camera.closed).code, CAMERA_CLOSE.badMessage);
  bystander.sendFrame();
  await bystander.next('ack');
  assert.equal(rig.log.filter(({ msg }) => msg === 'failed to handle a message').length, 1);
});

test('a listener that fails on what a camera says costs the camera nothing', async () => {
  await using rig = await IngestRig.start();
  const camera = await rig.online('cam_1');
  rig.ingest.on('motion', () => {
    throw new Error('a fault of ours');
  });
  camera.say({ type: 'motion', active: true });
  camera.sendFrame();
  await camera.next('ack');
  assert.equal(rig.log.filter(({ msg }) => msg === 'failed to handle a camera event').length, 1);
});

test('a connection that the server ends is counted once, and so is one that the camera ends', async () => {
  await using rig = await IngestRig.start();
  const { closed } = rig.ingest.counters;
  const violator = await rig.online('cam_1');
  // The messages behind the first violation arrive while the closing handshake is under way.
  for (let message = 0; message < 5; message++) violator.say('no message');
  await violator.closed;
  const leaver = await rig.online('cam_2');
  leaver.socket.close();
  await leaver.closed;
  await until('both ends are counted', () => closed.left === 1);
  assert.equal(closed.badMessage, 1);
  assert.equal(
    Object.values(closed).reduce((sum, count) => sum + count),
    2,
  );
});
