/** A program in Python uses every method of the gRPC interface, over the real server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnJpeg } from '../support/sample-jpegs.ts';
import { grpcRig } from '../support/grpc-rig.ts';
import { until } from '../support/until.ts';

interface WatchedFrame {
  captureTimeUs: string;
  jpeg: string;
  width: number;
  height: number;
  passedOver: string;
}

const SOI = Buffer.from([0xff, 0xd8]);
const bytesOf = (text: unknown): Buffer => Buffer.from(String(text), 'base64');

test('a program finds, watches and is a camera, by one connection and a key', async (context) => {
  const rig = await grpcRig(context);
  if (!rig) return;
  const { python, key, door, camera, admin, server } = rig;
  const cameraId = door.id;
  camera.play(20);

  await context.test('reflection names the services, to those with a key', async () => {
    assert.deepEqual(await python.services(key), ['grpc.health.v1.Health', 'vigie.v1.VigieService']);
    assert.deepEqual(await python.fields('vigie.v1.WatchFramesRequest'), ['camera_id', 'max_fps', 'width']);
    assert.equal(await python.services('vigie_wrong'), 'UNAUTHENTICATED');
  });

  await context.test('health needs no key', async () => {
    // HealthCheckResponse { status: SERVING }
    assert.deepEqual(bytesOf(await python.health()), Buffer.from([0x08, 0x01]));
  });

  await context.test('cameras are listed with state and rights', async () => {
    await until('it is online', async () => (await admin.cameras())[0]?.status === 'online');
    const [listed] = (await python.call('ListCameras', { key }))['cameras'] as Record<string, unknown>[];
    assert.deepEqual(
      [listed?.['id'], listed?.['name'], listed?.['status']],
      [cameraId, 'Front door', 'CAMERA_STATUS_ONLINE'],
    );
    assert.deepEqual(listed?.['rights'], [
      'CAMERA_RIGHT_LIVE',
      'CAMERA_RIGHT_LOOK_BACK',
      'CAMERA_RIGHT_EVENTS',
      'CAMERA_RIGHT_CONTROL',
      'CAMERA_RIGHT_PUBLISH',
    ]);
    const { secret } = await rig.keyWith({ cameras: [{ cameraId, rights: ['publish'] }] });
    const [published] = (await python.call('ListCameras', { key: secret }))['cameras'] as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      [published?.['id'], published?.['status'], published?.['rights']],
      [cameraId, 'CAMERA_STATUS_UNSPECIFIED', ['CAMERA_RIGHT_PUBLISH']],
    );
  });

  await context.test('frames come whole, dated and in order', async () => {
    const call = python.open('WatchFrames', { key, request: { cameraId } });
    const dates: number[] = [];
    for (let count = 0; count < 5; count++) {
      const { jpeg, captureTimeUs, width, height } = (await call.next()) as unknown as WatchedFrame;
      assert.deepEqual(bytesOf(jpeg).subarray(0, 2), SOI);
      assert.deepEqual([width, height], [320, 240]);
      dates.push(Number(captureTimeUs) / 1000);
    }
    assert.ok(Math.abs(Date.now() - (dates[0] ?? 0)) < 60_000);
    assert.deepEqual(
      dates,
      dates.toSorted((a, b) => a - b),
    );
    call.cancel();
    assert.equal((await call.end()).code, 'CANCELLED');
    await until('it is not watched', async () => (await admin.status()).capacity.streams === 0);
  });

  await context.test('frames come smaller where that is asked for', async () => {
    const call = python.open('WatchFrames', { key, request: { cameraId, width: 160, maxFps: 5 } });
    const { jpeg, width, height } = (await call.next()) as unknown as WatchedFrame;
    assert.deepEqual([width, height, bytesOf(jpeg).subarray(0, 2)], [160, 120, SOI]);
    call.cancel();
    await call.end();
  });

  await context.test('video begins with a keyframe', async () => {
    const call = python.open('WatchEncoded', { key, request: { cameraId } });
    const first = await call.next();
    assert.deepEqual([first['keyframe'], first['width'], first['height']], [true, 320, 240]);
    // RFC 6386, section 9.1: the first bit of a keyframe is 0, and the start code follows the tag.
    const vp8 = bytesOf(first['vp8']);
    assert.deepEqual([(vp8[0] ?? 1) & 1, vp8.subarray(3, 6).toString('hex')], [0, '9d012a']);
    const second = await call.next();
    assert.equal((bytesOf(second['vp8'])[0] ?? 0) & 1, second['keyframe'] ? 0 : 1);
    call.cancel();
    await call.end();
  });

  await context.test('events come when they begin', async () => {
    const call = python.open('WatchEvents', { key, request: { cameraIds: [cameraId] } });
    await until('it listens', async () => (await python.call('ListCameras', { key })) !== undefined);
    camera.sense(true);
    const { event: began } = (await call.next()) as { event: Record<string, unknown> };
    assert.deepEqual(
      [began['cameraId'], began['kind'], began['source'], began['endTimeUs']],
      [cameraId, 'EVENT_KIND_MOTION', 'EVENT_SOURCE_CAMERA', undefined],
    );
    call.cancel();
    await call.end();
  });

  await context.test('a program that publishes is a camera, whose snapshot others see', async () => {
    const lab = await admin.addCamera('Lab');
    const call = python.open('PublishFrames', { key });
    call.send({ start: { cameraId: lab.id, software: 'bench 2' } });
    assert.deepEqual((await call.next())['welcome'], { ackWindow: 4 });
    const jpeg = drawnJpeg(64, 48);
    call.send({ frame: { jpeg: jpeg.toString('base64') } });
    assert.deepEqual((await call.next())['ack'], { received: '1', refused: '0', refusal: '' });
    call.send({ frame: { jpeg: Buffer.from('no picture').toString('base64') } });
    const refused = (await call.next())['ack'] as Record<string, string>;
    assert.deepEqual([refused['received'], refused['refused']], ['2', '1']);
    assert.notEqual(refused['refusal'], '');
    const views = await admin.cameras();
    assert.equal(views.find(({ id }) => id === lab.id)?.status, 'online');
    const snapshot = await fetch(`${server.url}/api/cameras/${lab.id}/snapshot.jpg`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(snapshot.status, 200);
    assert.deepEqual(Buffer.from(await snapshot.arrayBuffer()).subarray(0, 2), SOI);
    const other = python.open('PublishFrames', { key });
    other.send({ start: { cameraId: lab.id } });
    await other.next();
    assert.equal((await call.end()).code, 'ABORTED');
    other.halfClose();
    assert.equal((await other.end()).code, 'OK');
    await until('it is offline', async () =>
      (await admin.cameras()).some(({ id, status }) => id === lab.id && status === 'offline'),
    );
  });

  await context.test('an analyser reports what it sees, and is told why a report is refused', async () => {
    const { secret } = await rig.keyWith({ cameras: [{ cameraId, rights: ['analyse', 'events'] }] });
    const events = python.open('WatchEvents', { key: secret, request: { cameraIds: [cameraId] } });
    await until('it listens', async () => (await python.call('ListCameras', { key })) !== undefined);
    const call = python.open('ReportDetections', { key: secret });
    const boxes = [{ label: 'Person', score: 0.9, x: 0.1, y: 0.2, width: 0.1, height: 0.3 }];
    const captureTimeUs = String(Date.now() * 1000);
    call.send({ cameraId, captureTimeUs, boxes });
    assert.deepEqual(await call.next(), { received: '1', refused: '0', refusal: '' });
    const { event } = (await events.next()) as { event: Record<string, unknown> };
    assert.deepEqual(
      [event['kind'], event['source'], event['label'], event['score']],
      ['EVENT_KIND_DETECTION', 'EVENT_SOURCE_ANALYSER', 'person', 0.9],
    );
    events.cancel();
    await events.end();
    for (const [wrong, says] of [
      [{ cameraId, captureTimeUs: '1', boxes }, /ms ago; report within 60 s/],
      [{ cameraId, captureTimeUs, boxes: [{ ...boxes[0], x: 320 }] }, /boxes\.0\.x/],
      [{ cameraId: 'cam_none', captureTimeUs, boxes }, /no such camera/],
    ] as const) {
      call.send(wrong);
      assert.match(String((await call.next())['refusal']), says);
    }
    call.halfClose();
    assert.equal((await call.end()).code, 'OK');
    const other = python.open('ReportDetections', { key });
    other.send({ cameraId, captureTimeUs, boxes });
    assert.match(String((await other.next())['refusal']), /only an API key with the right analyse/);
    other.cancel();
    await other.end();
  });

  await context.test('the audit log says who watched, and by which key', async () => {
    const entries = await admin.request<{ action: string; cameraId?: string; details: { key?: string } }[]>(
      'GET',
      '/audit?limit=200',
    );
    assert.ok(
      entries.some(
        (entry) =>
          entry.action === 'watched' && entry.cameraId === cameraId && entry.details.key === 'Everything',
      ),
    );
  });

  await context.test('when the server stops, the calls under way are told', async () => {
    const call = python.open('WatchFrames', { key, request: { cameraId } });
    await call.next();
    await server.child.stop();
    assert.equal((await call.end()).code, 'UNAVAILABLE');
  });
});
