/** Offers of firmware and what cameras answer, over real WebSockets. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { IngestRig } from '../support/ingest-rig.ts';

const OFFER = {
  version: '1.3.0',
  url: '/firmware/fw_1',
  bytes: 1000,
  sha256: 'a'.repeat(64),
  token: 'b'.repeat(43),
};

suite('firmware updates', () => {
  test('the hello of a camera is known, and the way it came', async () => {
    await using rig = await IngestRig.start({}, true);
    assert.equal(rig.ingest.deviceOf('cam_1'), undefined);
    const camera = await rig.online('cam_1', {
      target: 'esp32',
      rolledBackFrom: '1.3.0',
      capabilities: ['ota'],
    });
    assert.deepEqual(rig.ingest.deviceOf('cam_1'), {
      firmware: '1.2.3',
      board: 'AI-Thinker',
      target: 'esp32',
      rolledBackFrom: '1.3.0',
      capabilities: ['ota'],
      secure: true,
    });
    const offline = once(rig.ingest, 'offline');
    camera.socket.close();
    await offline;
    assert.equal(rig.ingest.deviceOf('cam_1'), undefined);
  });

  test('a camera with an older protocol says no target, and one from the future another', async () => {
    await using rig = await IngestRig.start();
    await rig.online('cam_1');
    assert.equal(rig.ingest.deviceOf('cam_1')?.target, undefined);
    await rig.online('cam_2', { target: 'esp32p4' });
    assert.equal(rig.ingest.deviceOf('cam_2')?.target, 'esp32p4');
  });

  test('an offer arrives as the protocol has it, and what the camera says of it is handed on', async () => {
    await using rig = await IngestRig.start({}, true);
    const camera = await rig.online('cam_1');
    const { id, answered } = rig.ingest.offerUpdate('cam_1', { ...OFFER, allowOlder: true });
    assert.deepEqual(await camera.next('ota'), { type: 'ota', id, ...OFFER, allowOlder: true });
    camera.say({ type: 'applied', id });
    await answered;
    for (const message of [
      { type: 'otaProgress', id, receivedBytes: 500 },
      { type: 'otaResult', id, ok: true },
      { type: 'otaResult', id, ok: false, reason: 'hash is wrong' },
    ]) {
      const told = once(rig.ingest, message.type);
      camera.say(message);
      assert.deepEqual(await told, ['cam_1', message]);
    }
  });

  test('a camera that refuses says why', async () => {
    await using rig = await IngestRig.start({}, true);
    const camera = await rig.online('cam_1');
    const { id, answered } = rig.ingest.offerUpdate('cam_1', OFFER);
    camera.say({ type: 'rejected', id, reason: 'no room' });
    await assert.rejects(answered, { code: 'cameraRejected', message: 'no room' });
  });

  test('nothing is offered over a connection that was not TLS, nor to nobody', async () => {
    await using rig = await IngestRig.start();
    await rig.online('cam_1', { capabilities: ['ota'] });
    assert.throws(() => rig.ingest.offerUpdate('cam_1', OFFER), { code: 'forbidden' });
    assert.throws(() => rig.ingest.offerUpdate('cam_2', OFFER), { code: 'cameraOffline' });
  });

  test('a connection that ends takes the answer with it', async () => {
    await using rig = await IngestRig.start({}, true);
    const camera = await rig.online('cam_1');
    const { answered } = rig.ingest.offerUpdate('cam_1', OFFER);
    camera.socket.terminate();
    await assert.rejects(answered, (error) => error instanceof VigieError && error.code === 'cameraOffline');
  });

  test('each welcome is told, also of a connection that replaces another one', async () => {
    await using rig = await IngestRig.start();
    const connected: string[] = [];
    rig.ingest.on('connected', (cameraId) => connected.push(cameraId));
    await rig.online('cam_1', { firmware: '1.0.0' });
    await rig.online('cam_1', { firmware: '2.0.0' });
    assert.deepEqual(connected, ['cam_1', 'cam_1']);
    assert.equal(rig.ingest.deviceOf('cam_1')?.firmware, '2.0.0');
  });
});
