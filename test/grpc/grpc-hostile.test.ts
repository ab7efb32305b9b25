/** Callers that break the rules, read slowly or lose their rights: a clear status for them, and nothing for anybody else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grpcRig } from '../support/grpc-rig.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { until } from '../support/until.ts';

const SECOND_MS = 1_000;

test('gRPC under callers that do not behave', async (context) => {
  const rig = await grpcRig(context);
  if (!rig) return;
  const { python, key, door, camera, admin, server } = rig;
  const cameraId = door.id;
  camera.play(20);
  const codeOf = async (method: string, options: object): Promise<string> =>
    (await python.open(method, options).end()).code;
  const watched = async (): Promise<number> => (await admin.status()).capacity.streams;

  await context.test('without a key, or with a wrong one, nothing answers', async () => {
    const wrong = `vigie_${'a'.repeat(12)}_${'b'.repeat(43)}`;
    for (const method of ['ListCameras', 'WatchFrames', 'PublishFrames', 'WatchEvents'])
      for (const presented of ['', 'nonsense', wrong])
        assert.equal(await codeOf(method, { key: presented }), 'UNAUTHENTICATED', method);
  });

  await context.test('bytes that are no message, and fields out of range, end the call alone', async () => {
    assert.equal(await codeOf('WatchFrames', { key, raw: Buffer.from('0aff', 'hex') }), 'INVALID_ARGUMENT');
    for (const request of [
      {},
      { cameraId, maxFps: 0 },
      { cameraId, width: 100_000 },
      { cameraId: 'x'.repeat(65) },
    ]) {
      const { code, details } = await python.open('WatchFrames', { key, request }).end();
      assert.equal(code, 'INVALID_ARGUMENT');
      assert.match(details, /^(?:camera_id|max_fps|width): /);
    }
    assert.equal(((await python.call('ListCameras', { key }))['cameras'] as unknown[]).length, 1);
  });

  await context.test(
    'a camera without any right is not there, and one with another right is forbidden',
    async () => {
      const hidden = await admin.addCamera('Elsewhere');
      const { secret } = await rig.keyWith({ cameras: [{ cameraId, rights: ['events'] }] });
      for (const request of [{ cameraId: hidden.id }, { cameraId: 'cam_none' }])
        for (const method of ['WatchFrames', 'WatchEncoded']) {
          const { code, trailers } = await python.open(method, { key: secret, request }).end();
          assert.deepEqual([code, trailers['vigie-code']], ['NOT_FOUND', 'notFound']);
        }
      assert.equal(await codeOf('WatchFrames', { key: secret, request: { cameraId } }), 'PERMISSION_DENIED');
      const cameraIds = [hidden.id];
      assert.equal(await codeOf('WatchEvents', { key: secret, request: { cameraIds } }), 'NOT_FOUND');
      for (const [id, code] of [
        [hidden.id, 'NOT_FOUND'],
        [cameraId, 'PERMISSION_DENIED'],
      ] as const) {
        const call = python.open('PublishFrames', { key: secret });
        call.send({ start: { cameraId: id } });
        assert.equal((await call.end()).code, code);
      }
      await admin.request('DELETE', `/cameras/${hidden.id}`);
    },
  );

  await context.test('frames before a start, and a second start, are refused', async () => {
    const early = python.open('PublishFrames', { key });
    early.send({ frame: { jpeg: '' } });
    assert.equal((await early.end()).code, 'INVALID_ARGUMENT');
    const lab = await admin.addCamera('Lab');
    const twice = python.open('PublishFrames', { key });
    for (let start = 0; start < 2; start++) twice.send({ start: { cameraId: lab.id } });
    assert.equal((await twice.end()).code, 'INVALID_ARGUMENT');
  });

  await context.test('a frame above the limit is refused, and a message above it ends the call', async () => {
    const lab = await admin.addCamera('Large');
    const call = python.open('PublishFrames', { key });
    call.send({ start: { cameraId: lab.id } });
    await call.next();
    call.send({ frame: { jpeg: Buffer.alloc(2 ** 20 + 1000).toString('base64') } });
    assert.equal(((await call.next())['ack'] as { refused: string }).refused, '1');
    call.send({ frame: { jpeg: Buffer.alloc(2 * 2 ** 20).toString('base64') } });
    assert.equal((await call.end()).code, 'RESOURCE_EXHAUSTED');
  });

  await context.test('a deadline ends the call, and what it held', async () => {
    const call = python.open('WatchFrames', { key, request: { cameraId }, timeout: 0.5 });
    assert.equal((await call.end()).code, 'DEADLINE_EXCEEDED');
    await until('nothing is sent', async () => (await watched()) === 0);
  });

  await context.test('a key that is revoked or expires ends its calls', async () => {
    const revoked = await rig.keyWith({ everyCamera: ['live', 'events'] });
    const expiring = await rig.keyWith({ everyCamera: ['live'], expiresAtMs: Date.now() + 3 * SECOND_MS });
    const calls = [
      python.open('WatchFrames', { key: revoked.secret, request: { cameraId } }),
      python.open('WatchEncoded', { key: revoked.secret, request: { cameraId } }),
      python.open('WatchFrames', { key: expiring.secret, request: { cameraId } }),
    ];
    await Promise.all(calls.map((call) => call.next()));
    const events = python.open('WatchEvents', { key: revoked.secret });
    await admin.request('DELETE', `/keys/${revoked.key.id}`);
    for (const call of [...calls, events]) assert.equal((await call.end()).code, 'UNAUTHENTICATED');
    await until('nothing is sent', async () => (await watched()) === 0);
  });

  await context.test('a camera that is switched off, or removed, ends its calls', async () => {
    const gate = await admin.addCamera('Gate');
    await using other = await ScriptedCamera.connect(server.cameraUrl, gate);
    other.play(20);
    const request = { cameraId: gate.id };
    const open = () => ['WatchFrames', 'WatchEncoded'].map((method) => python.open(method, { key, request }));
    const off = open();
    await Promise.all(off.map((call) => call.next()));
    await admin.request('PUT', `/cameras/${gate.id}/switch`, { off: true });
    for (const call of off) assert.equal((await call.end()).code, 'FAILED_PRECONDITION');
    assert.equal(await codeOf('WatchFrames', { key, request }), 'FAILED_PRECONDITION');
    await admin.request('PUT', `/cameras/${gate.id}/switch`, { off: false });
    const removed = open();
    await Promise.all(removed.map((call) => call.next()));
    await admin.request('DELETE', `/cameras/${gate.id}`);
    for (const call of removed) assert.equal((await call.end()).code, 'NOT_FOUND');
  });

  await context.test(
    'a reader that stalls gets the newest when it reads again, and delays nobody',
    async () => {
      const [width, height] = [1280, 960];
      const wide = await admin.addCamera('Wide');
      const pictures = { width, height, jpegs: jpegPictures({ width, height, count: 4 }) };
      await using sender = await ScriptedCamera.connect(server.cameraUrl, wide, {}, pictures);
      sender.play(20);
      const request = { cameraId: wide.id };
      const stalled = python.open('WatchFrames', { key, request, reads: 1 });
      await stalled.next();
      const other = python.open('WatchFrames', { key, request });
      for (let frame = 0; frame < 60; frame++) await other.next();
      stalled.read(1_000_000);
      await until('it has caught up', () => Number(stalled.messages.at(-1)?.['passedOver']) > 20);
      const { passedOver, captureTimeUs } = stalled.messages.at(-1) ?? {};
      assert.ok(stalled.messages.length + Number(passedOver) <= sender.sent + 1);
      assert.ok(Number(captureTimeUs) >= Number(other.messages[58]?.['captureTimeUs']));
      for (const call of [stalled, other]) call.cancel();
    },
  );

  await context.test('one user has a share of the calls', async () => {
    const calls = Array.from({ length: 65 }, () => python.open('WatchEvents', { key }));
    await until('one is refused', () => calls.some(({ ended }) => ended?.code === 'RESOURCE_EXHAUSTED'));
    for (const call of calls) call.cancel();
    await Promise.all(calls.map((call) => call.end()));
    await until('there is room again', async () => {
      const call = python.open('WatchFrames', { key, request: { cameraId } });
      const opened = await call.next().catch(() => undefined);
      call.cancel();
      return opened;
    });
  });
});
