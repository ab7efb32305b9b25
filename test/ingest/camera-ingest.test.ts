import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { verifyHandshakeHmac } from '../../server/core/link/camera-handshake.ts';
import { CAMERA_CLOSE } from '../../server/wire/camera-protocol.ts';
import { frameMessage, IngestRig, JPEG, RawCamera } from '../support/ingest-rig.ts';

suite('camera ingest', () => {
  test('camera and server prove to each other that they know the key', async () => {
    await using rig = await IngestRig.start();
    const camera = rig.connect();
    const key = rig.keys.get('cam_1') ?? assert.fail();
    const { hello, challenge } = await camera.hello('cam_1', key);
    camera.say(hello);
    const welcome = await camera.next('welcome');
    const facts = {
      cameraId: 'cam_1',
      serverNonce: Buffer.from(challenge.nonce, 'base64url'),
      cameraNonce: Buffer.from(hello.nonce, 'base64url'),
    };
    assert.equal(verifyHandshakeHmac(key, 'server', facts, welcome.hmac), true);
    assert.deepEqual(welcome.settings, { ackWindow: 2 });
    assert.equal(rig.ingest.status('cam_1').online, true);
    assert.deepEqual(rig.ingest.status('cam_1').device, {
      firmware: '1.2.3',
      board: 'AI-Thinker',
      sensor: 'OV2640',
      capabilities: ['flash'],
    });
    assert.equal(rig.ingest.status('cam_2').online, false);
  });

  test('a camera is known to be connected over TLS or not, as whoever accepted it tells', async () => {
    await using rig = await IngestRig.start({
      connectionOf: ({ headers }) => ({
        address: '192.0.2.1',
        isPrivate: false,
        secure: headers['x-test-tls'] === 'yes',
      }),
    });
    assert.equal(rig.ingest.status('cam_1').secure, null);
    await rig.online('cam_1');
    assert.equal(rig.ingest.status('cam_1').secure, false);
    const secure = new RawCamera(rig.url, undefined, { headers: { 'x-test-tls': 'yes' } });
    await secure.shakeHands('cam_2', rig.keys.get('cam_2') ?? assert.fail());
    assert.equal(rig.ingest.status('cam_2').secure, true);
    assert.equal(rig.ingest.status('cam_1').secure, false);
  });

  test('a camera is welcomed with the settings kept for it', async () => {
    const key = randomBytes(32);
    await using rig = await IngestRig.start({
      store: { keyOf: () => key, settingsOf: () => ({ frameSize: 'SVGA', maxFps: 10 }) },
    });
    const { settings } = await rig.connect().shakeHands('any', key);
    assert.deepEqual(settings, { frameSize: 'SVGA', maxFps: 10, ackWindow: 2 });
  });

  test('frames are acknowledged and handed on as they came', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    for (const expected of [0, 1, 2]) {
      camera.sendFrame();
      assert.deepEqual(await camera.next('ack'), { type: 'ack', sequence: expected });
    }
    assert.equal(rig.frames.length, 3);
    const [frame] = rig.frames;
    assert.ok(frame);
    assert.equal(frame.cameraId, 'cam_1');
    assert.deepEqual(Buffer.from(frame.jpeg), JPEG);
    assert.deepEqual([frame.width, frame.height], [64, 48]);
    assert.equal(
      rig.ingest.status('cam_1').lastFrameAtMs,
      Math.floor((rig.frames.at(-1)?.receivedUs ?? 0) / 1000),
    );
    assert.equal(rig.ingest.counters.frames, 3);
    assert.equal(rig.ingest.counters.jpegBytes, 3 * JPEG.length);
  });

  test('a message may arrive in fragments of any size', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    const message = frameMessage({});
    for (let at = 0; at < message.length; at += 7)
      camera.socket.send(message.subarray(at, at + 7), { binary: true, fin: at + 7 >= message.length });
    await camera.next('ack');
    assert.deepEqual(Buffer.from(rig.frames[0]?.jpeg ?? []), JPEG);
  });

  test('sequence numbers may start anywhere, leave gaps and wrap', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    for (const sequence of [2 ** 32 - 2, 2 ** 32 - 1, 0, 5]) {
      camera.sendFrame({ sequence });
      assert.equal((await camera.next('ack')).sequence, sequence);
    }
    assert.equal(rig.frames.length, 4);
  });

  test('a frame’s capture time is its age in the camera before the arrival, until the clock is known', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    camera.sendFrame({ captureUs: 10_000, sendUs: 13_500 });
    await camera.next('ack');
    const [frame] = rig.frames;
    assert.equal((frame?.receivedUs ?? 0) - (frame?.captureUs ?? 0), 3_500);
  });

  test('the clock exchange gives the true capture time', async () => {
    let nowUs = 1_700_000_000_000_000;
    await using rig = await IngestRig.start({ clock: () => nowUs });
    const camera = await rig.online('cam_1');
    // The camera started 1000 s ago; each way takes 20 ms.
    const started = nowUs - 1_000_000_000;
    const askedAt = nowUs - started;
    nowUs += 20_000;
    camera.say({ type: 'time', id: 1, t0: askedAt });
    const answer = await camera.next('time');
    assert.deepEqual(answer, { type: 'time', id: 1, t0: askedAt, t1: nowUs, t2: nowUs });
    camera.say({ type: 'time', id: 2, t0: askedAt + 50_000, answered: { id: 1, t3: askedAt + 40_000 } });
    await camera.next('time');

    const captureUs = nowUs - started;
    nowUs += 30_000;
    camera.sendFrame({ captureUs, sendUs: captureUs + 1_000 });
    await camera.next('ack');
    assert.equal(rig.frames[0]?.captureUs, started + captureUs);
    assert.equal(rig.frames[0]?.receivedUs, nowUs);
  });

  test('a clock that talks nonsense is answered, told, and costs no picture and no connection', async () => {
    await using rig = await IngestRig.start();
    const faults: string[] = [];
    rig.ingest.on('clockFault', (cameraId) => faults.push(cameraId));
    const camera = await rig.online('cam_1');
    for (const t0 of [-1, 0.5, 2 ** 60]) {
      camera.say({ type: 'time', id: 1, t0 });
      assert.equal((await camera.next('time')).t0, t0);
    }
    for (const [sequence, times] of [
      { captureUs: 2, sendUs: 1 },
      { captureUs: 2 ** 60, sendUs: 2 ** 60 },
      { captureUs: 5, sendUs: 6 },
    ].entries()) {
      camera.sendFrame({ sequence, ...times });
      await camera.next('ack');
    }
    assert.deepEqual(
      rig.frames.map(({ captureUs, receivedUs }) => captureUs === receivedUs),
      [true, true, true],
    );
    assert.deepEqual(faults, ['cam_1', 'cam_1', 'cam_1']);
  });

  test('settings are applied, refused with the camera’s reason, or answered by its absence', async () => {
    await using rig = await IngestRig.start();
    await assert.rejects(rig.ingest.set('cam_1', { flash: 255 }), { code: 'cameraOffline' });
    const camera = await rig.online('cam_1');

    const applied = rig.ingest.set('cam_1', { frameSize: 'QVGA', maxFps: 5 });
    const set = await camera.next('set');
    assert.deepEqual(set, { type: 'set', id: set.id, frameSize: 'QVGA', maxFps: 5 });
    camera.say({ type: 'applied', id: set.id });
    await applied;

    const rejected = rig.ingest.set('cam_1', { vFlip: true });
    camera.say({ type: 'rejected', id: (await camera.next('set')).id, reason: 'the sensor is glued in' });
    await assert.rejects(rejected, { code: 'cameraRejected', message: 'the sensor is glued in' });

    const rebooted = rig.ingest.reboot('cam_1');
    camera.say({ type: 'applied', id: (await camera.next('reboot')).id });
    await rebooted;

    const unanswered = rig.ingest.set('cam_1', { flash: 0 });
    camera.socket.terminate();
    await assert.rejects(unanswered, { code: 'cameraOffline' });
  });

  test('commands nobody answers do not pile up', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    const pending = Array.from({ length: 16 }, () => rig.ingest.set('cam_1', { flash: 1 }));
    await assert.rejects(rig.ingest.set('cam_1', { flash: 1 }), { code: 'tooManyRequests' });
    camera.socket.terminate();
    const results = await Promise.allSettled(pending);
    assert.ok(results.every(({ status }) => status === 'rejected'));
  });

  test('an answer to nothing is no news', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    camera.say({ type: 'applied', id: 4711 });
    camera.say({ type: 'rejected', id: 4712, reason: '' });
    camera.sendFrame();
    await camera.next('ack');
  });

  test('telemetry is kept and handed on', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    const telemetry = {
      type: 'telemetry',
      rssi: -61,
      heap: 91_000,
      psram: 4e6,
      fps: 24.9,
      drops: 3,
      sendStalls: 2,
      resetReason: 'brown-out',
    };
    const arrived = once(rig.ingest, 'telemetry');
    camera.say({ ...telemetry, somethingNewer: true });
    assert.deepEqual(await arrived, ['cam_1', telemetry]);
    assert.deepEqual(rig.ingest.status('cam_1').telemetry, telemetry);
  });

  test('a second connection replaces the first, and the camera was online all the time', async () => {
    await using rig = await IngestRig.start();
    const events: string[] = [];
    rig.ingest.on('online', (id) => events.push(`online ${id}`));
    rig.ingest.on('offline', (id) => events.push(`offline ${id}`));
    const first = await rig.online('cam_1');
    const second = await rig.online('cam_1');
    assert.equal((await first.closed).code, CAMERA_CLOSE.replaced);
    second.sendFrame();
    await second.next('ack');
    assert.deepEqual(events, ['online cam_1']);
    const offline = once(rig.ingest, 'offline');
    second.socket.close();
    await offline;
    assert.deepEqual(events, ['online cam_1', 'offline cam_1']);
    assert.equal(rig.ingest.status('cam_1').online, false);
    assert.notEqual(rig.ingest.status('cam_1').lastFrameAtMs, null);
  });

  for (const reason of ['keyRotated', 'removed'] as const) {
    test(`a camera whose key was ${reason} is disconnected, and the others are not`, async () => {
      await using rig = await IngestRig.start();
      const camera = await rig.online('cam_1');
      const other = await rig.online('cam_2');
      const offline = once(rig.ingest, 'offline');
      rig.ingest.disconnect('cam_1', reason);
      assert.equal((await camera.closed).code, CAMERA_CLOSE[reason]);
      assert.deepEqual(await offline, ['cam_1']);
      other.sendFrame();
      await other.next('ack');
      assert.doesNotThrow(() => rig.ingest.disconnect('cam_1', reason));
    });
  }

  test('the window is widened with the round trip, up to what the camera’s rate needs', async () => {
    let nowUs = 1_700_000_000_000_000;
    await using rig = await IngestRig.start({ clock: () => nowUs });
    const camera = rig.connect();
    const { hello } = await camera.hello('cam_1', rig.keys.get('cam_1') ?? assert.fail());
    // The answer to the challenge took 150 ms: that is the link's own round trip.
    nowUs += 150_000;
    camera.socket.on('ping', () => (nowUs += 150_000));
    camera.say(hello);
    await camera.next('welcome');
    for (let frame = 0; frame < 40; frame++) {
      nowUs += 40_000;
      camera.sendFrame();
      await camera.next('ack');
    }
    const set = await camera.next('set');
    assert.ok(set.ackWindow !== undefined && set.ackWindow >= 4 && set.ackWindow <= 5, String(set.ackWindow));
    camera.say({ type: 'applied', id: set.id });
  });

  test('when the server stops, every camera is told so and nobody new comes in', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    const stranger = rig.connect();
    await stranger.next('challenge');
    rig.ingest.close();
    rig.ingest.close();
    assert.equal((await camera.closed).code, CAMERA_CLOSE.serverStopping);
    assert.equal((await stranger.closed).code, CAMERA_CLOSE.serverStopping);
    const late = new RawCamera(rig.url);
    assert.equal((await late.closed).code, 1006);
    assert.equal(rig.ingest.counters.refused.stopping, 1);
  });
});
