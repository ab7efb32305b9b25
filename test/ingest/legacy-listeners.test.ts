import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createConnection, type AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { pino } from 'pino';
import { MAX_FRAME_BYTES } from '../../server/ingest/camera-endpoint.ts';
import { LegacyListeners } from '../../server/ingest/legacy-listeners.ts';
import { VigieError } from '../../server/errors.ts';
import { JPEG } from '../support/ingest-rig.ts';
import { LegacyRig, md5 } from '../support/legacy-rig.ts';
import { NO_FOOTAGE, sensorJpegs } from '../support/sample-jpegs.ts';
import { until } from '../support/until.ts';

async function takePortAboveFreeOne(): Promise<Server> {
  for (;;) {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const below = createServer().listen((taken.address() as AddressInfo).port - 1);
    const [free] = await Promise.race([once(below, 'listening').then(() => [true]), once(below, 'error')]);
    below.close();
    if (free === true) return taken;
    taken.close();
  }
}

suite('legacy listeners', () => {
  test('each port is one camera, and its JPEGs come out as frames', async () => {
    using rig = await LegacyRig.start();
    const sockets = [await rig.online(0), await rig.online(1)];
    for (const socket of sockets) socket.send(JPEG);
    await until(() => rig.frames.length === 2);
    assert.deepEqual(rig.frames.map(({ cameraId }) => cameraId).sort(), ['seed-8880', 'seed-8881']);
    assert.deepEqual(Buffer.from(rig.frames[0]?.jpeg ?? []), JPEG);
    assert.deepEqual([rig.frames[0]?.width, rig.frames[0]?.height], [64, 48]);
    assert.equal(rig.frames[0]?.captureUs, rig.frames[0]?.receivedUs);
    assert.equal(rig.listeners.status('seed-8880').online, true);
    sockets[0]?.close();
    await until(() => rig.events.includes('offline seed-8880'));
    assert.equal(rig.listeners.status('seed-8880').online, false);
    assert.equal(rig.listeners.status('seed-8881').online, true);
  });

  test('real OV2640 pictures pass', async (context) => {
    const pictures = sensorJpegs();
    if (!pictures) return context.diagnostic(NO_FOOTAGE);
    using rig = await LegacyRig.start();
    const socket = await rig.online();
    for (const picture of pictures) socket.send(picture);
    await until(() => rig.frames.length === pictures.length);
    assert.ok(rig.frames.every(({ width, height }) => width === 640 && height === 480));
  });

  for (const [name, query] of Object.entries({
    'no query': '',
    'an empty password': `?password=&username=${md5('vigie')}`,
    'the MD5 of nothing': `?password=${md5('')}&username=${md5('')}`,
    'a wrong password': `?password=${md5('secret')}&username=${md5('vigie')}`,
    'a wrong user name': `?password=${md5('s3cret')}&username=${md5('Vigie')}`,
    'the words exchanged': `?password=${md5('vigie')}&username=${md5('s3cret')}`,
    'upper-case hex': `?password=${md5('s3cret').toUpperCase()}&username=${md5('vigie')}`,
    'the password itself': '?password=s3cret&username=vigie',
    'only the user name': `?username=${md5('vigie')}`,
    'a longer word': `?password=${md5('s3cret')}0&username=${md5('vigie')}`,
    'a malformed escape': `?password=%E0%A4%A&username=%`,
  })) {
    test(`${name} is refused`, async () => {
      using rig = await LegacyRig.start();
      const [, response] = (await once(rig.connect(0, query), 'unexpected-response')) as [
        unknown,
        { statusCode: number; resume: () => void },
      ];
      assert.equal(response.statusCode, 401);
      response.resume();
      assert.equal(rig.listeners.counters.get('seed-8880')?.refused.unauthorized, 1);
      assert.ok(!JSON.stringify(rig.log).includes(md5('s3cret')));
    });
  }

  for (const [name, bytes] of Object.entries({
    truncated: JPEG.subarray(0, -1),
    'no JPEG': Buffer.from('hello'),
    empty: Buffer.alloc(0),
  })) {
    test(`a picture that is ${name} is dropped and counted, the next one passes`, async () => {
      using rig = await LegacyRig.start();
      const socket = await rig.online();
      socket.send(bytes);
      socket.send(JPEG);
      await until(() => rig.frames.length === 1);
      assert.equal(rig.listeners.counters.get('seed-8880')?.dropped.damaged, 1);
      assert.equal(rig.listeners.status('seed-8880').framesDropped, 1);
    });
  }

  test('text ends the connection, and the other camera stays', async () => {
    using rig = await LegacyRig.start();
    const other = await rig.online(1);
    const socket = await rig.online(0);
    socket.send('hello');
    await once(socket, 'close');
    assert.equal(rig.listeners.counters.get('seed-8880')?.closed.badMessage, 1);
    other.send(JPEG);
    await until(() => rig.frames.length === 1);
  });

  test('a message longer than any picture ends the connection', async () => {
    using rig = await LegacyRig.start();
    const socket = await rig.online();
    socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1));
    assert.deepEqual((await once(socket, 'close'))[0], 1009);
    await until(() => rig.listeners.counters.get('seed-8880')?.closed.tooLarge === 1);
  });

  test('nothing is ever said to the camera', async () => {
    using rig = await LegacyRig.start();
    const socket = await rig.online();
    const said: string[] = [];
    for (const event of ['message', 'ping', 'pong']) socket.on(event, () => said.push(event));
    for (let count = 0; count < 10; count++) socket.send(JPEG);
    await until(() => rig.frames.length === 10);
    assert.deepEqual(said, []);
  });

  test('a camera that comes back replaces its old connection without having been offline', async () => {
    using rig = await LegacyRig.start();
    const first = await rig.online();
    const ended = once(first, 'close');
    const second = await rig.online();
    await ended;
    second.send(JPEG);
    await until(() => rig.frames.length === 1);
    assert.deepEqual(rig.events, ['online seed-8880']);
  });

  test('connections that say nothing do not keep the camera out', async () => {
    using rig = await LegacyRig.start();
    const silent = Array.from({ length: 40 }, () =>
      createConnection({ port: rig.listeners.ports[0] ?? 0, host: '127.0.0.1', localAddress: '127.0.0.2' }),
    );
    for (const socket of silent) socket.on('error', () => undefined).resume();
    const places = 16;
    await until(() => silent.filter(({ destroyed }) => destroyed).length === silent.length - places);
    await rig.online();
    assert.equal(rig.listeners.status('seed-8880').online, true);
    for (const socket of silent) socket.destroy();
  });

  test('a camera that answers pings stays connected, however seldom it sends a picture', async () => {
    const silenceTimeoutMs = 1_200;
    using rig = await LegacyRig.start({ silenceTimeoutMs });
    const socket = await rig.online();
    let pings = 0;
    socket.on('ping', () => pings++);
    // One a quarter of the timeout: three timeouts pass.
    await until(() => pings === 12);
    assert.deepEqual(rig.events, ['online seed-8880']);
    socket.close();
  });

  test('a camera that answers no ping is given up after three of the intervals it is set to', async () => {
    let intervalMs: number | undefined = 60_000;
    using rig = await LegacyRig.start({ silenceTimeoutMs: 200, pictureIntervalOf: () => intervalMs });
    const socket = await rig.online(0, { autoPong: false });
    let pings = 0;
    socket.on('ping', () => pings++);
    await until(() => pings === 12);
    assert.deepEqual(rig.events, ['online seed-8880']);
    intervalMs = undefined;
    await once(socket, 'close');
    assert.equal(rig.listeners.counters.get('seed-8880')?.closed.silent, 1);
  });

  test('a camera that says nothing is offline', async () => {
    using rig = await LegacyRig.start({ silenceTimeoutMs: 200 });
    const socket = await rig.online(0, { autoPong: false });
    await once(socket, 'close');
    assert.deepEqual(rig.events, ['online seed-8880', 'offline seed-8880']);
    assert.equal(rig.listeners.counters.get('seed-8880')?.closed.silent, 1);
  });

  test('a taken port is one clear line, and no other port stays open', async () => {
    const taken = await takePortAboveFreeOne();
    const { port } = taken.address() as AddressInfo;
    await assert.rejects(LegacyRig.start({ startPort: port - 1 }), (error) => {
      assert.ok(error instanceof VigieError);
      assert.equal(error.code, 'configuration');
      assert.match(error.message, new RegExp(`^TCP port ${port} for a legacy camera is taken`));
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    // The one below was opened, and is free again.
    const again = createServer().listen(port - 1);
    await once(again, 'listening');
    again.close();
    taken.close();
  });

  test('it does not start with an empty user name or password, or more ports than there are', () => {
    for (const wrong of [{ username: '' }, { password: '' }, { startPort: 65_535 }]) {
      assert.throws(
        () =>
          new LegacyListeners({
            onFrame: () => undefined,
            startPort: 8880,
            cameraIds: ['a', 'b'],
            username: 'vigie',
            password: 's3cret',
            log: pino({ level: 'silent' }),
            ...wrong,
          }),
        { code: 'configuration' },
      );
    }
  });

  test('the log warns that this is for a trusted LAN', async () => {
    using rig = await LegacyRig.start();
    assert.ok(rig.log.some(({ level, msg }) => level === 40 && String(msg).includes('trusted LAN')));
  });
});
