/** Tests input that ingest must refuse. In every case another camera keeps sending, and must not notice. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { suite, test } from 'node:test';
import { WebSocket } from 'ws';
import type { CloseReason } from '../../server/ingest/ingest-counters.ts';
import { MAX_FRAME_BYTES } from '../../server/ingest/camera-endpoint.ts';
import { CAMERA_CLOSE } from '../../server/wire/camera-protocol.ts';
import { FRAME_HEADER_BYTES } from '../../server/wire/frame-header.ts';
import { frameMessage, IngestRig, JPEG, RawCamera } from '../support/ingest-rig.ts';
import { drawnJpeg } from '../support/sample-jpegs.ts';

type Closing = Exclude<CloseReason, 'left'>;

/** Lets `attack` loose beside a camera at work, and checks how the attacker's connection ended. */
async function expectClosed(
  reason: Closing,
  attack: (rig: IngestRig) => Promise<RawCamera> | RawCamera,
  options: Parameters<typeof IngestRig.start>[0] = {},
  bystandersKey?: Buffer,
): Promise<{ code: number; reason: string }> {
  await using rig = await IngestRig.start(options);
  const bystander = rig.connect();
  await bystander.shakeHands('cam_2', bystandersKey ?? rig.keys.get('cam_2') ?? assert.fail());
  bystander.sendFrame();
  await bystander.next('ack');

  const attacker = await attack(rig);
  const end = await attacker.closed;
  // The WebSocket library refuses some of them itself, with the codes of RFC 6455.
  const codes: readonly number[] =
    reason === 'tooLarge' ? [CAMERA_CLOSE.tooLarge, 1008, 1009] : [CAMERA_CLOSE[reason]];
  assert.ok(codes.includes(end.code), `${end.code} ${end.reason}`);
  assert.deepEqual(
    Object.entries(rig.ingest.counters.closed).filter(([, count]) => count > 0),
    [[reason, 1]],
  );
  const lines = rig.log.filter((line) => line['reason'] === reason);
  assert.equal(lines.length, 1, 'logged once');

  bystander.sendFrame();
  await bystander.next('ack');
  assert.equal(rig.ingest.status('cam_2').online, true);
  assert.equal(rig.frames.filter(({ cameraId }) => cameraId === 'cam_2').length, 2);
  return end;
}

/** The status that a request to connect was refused with. */
async function refusedWith({ socket }: RawCamera): Promise<number> {
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number; resume: () => void },
  ];
  response.resume();
  return response.statusCode;
}

suite('before the welcome', () => {
  test('a wrong key, an unknown camera and a replayed hello get the same answer', async () => {
    const answers = [
      await expectClosed('unauthorized', async (rig) => {
        const camera = rig.connect();
        camera.say((await camera.hello('cam_1', randomBytes(32))).hello);
        return camera;
      }),
      await expectClosed('unauthorized', async (rig) => {
        const camera = rig.connect();
        camera.say((await camera.hello('cam_3', rig.keys.get('cam_1') ?? assert.fail())).hello);
        return camera;
      }),
      await expectClosed('unauthorized', async (rig) => {
        const recorded = rig.connect();
        const { hello } = await recorded.hello('cam_1', rig.keys.get('cam_1') ?? assert.fail());
        const camera = rig.connect();
        await camera.next('challenge');
        camera.say(hello);
        return camera;
      }),
    ];
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  });

  test('a proof for another camera does not open this one', async () => {
    await expectClosed('unauthorized', async (rig) => {
      const camera = rig.connect();
      const { hello } = await camera.hello('cam_2', rig.keys.get('cam_2') ?? assert.fail());
      camera.say({ ...hello, cameraId: 'cam_1' });
      return camera;
    });
  });

  test('the server’s own proof, echoed, is none', async () => {
    await expectClosed('unauthorized', async (rig) => {
      const camera = rig.connect();
      const { hello, challenge } = await camera.hello('cam_1', randomBytes(32));
      camera.say({ ...hello, nonce: challenge.nonce });
      return camera;
    });
  });

  test('silence is ended', async () => {
    await expectClosed('handshakeTimeout', (rig) => rig.connect(), { handshakeTimeoutMs: 100 });
  });

  const hello = {
    type: 'hello',
    cameraId: 'cam_1',
    nonce: randomBytes(32).toString('base64url'),
    hmac: '0'.repeat(64),
    firmware: '',
    board: '',
    sensor: '',
    capabilities: [],
  };
  for (const [name, message] of Object.entries({
    'no JSON': 'hello',
    nothing: '',
    null: 'null',
    'a list': '[]',
    'another message': '{"type":"telemetry"}',
    'a hello without its fields': '{"type":"hello"}',
    'an empty id': JSON.stringify({ ...hello, cameraId: '' }),
    'an id of 256 bytes': JSON.stringify({ ...hello, cameraId: 'é'.repeat(128) }),
    'a length that cannot be compared': JSON.stringify({
      ...hello,
      cameraId: { length: { toString: null } },
    }),
    'an id that is a number': JSON.stringify({ ...hello, cameraId: 1 }),
    'a short nonce': JSON.stringify({ ...hello, nonce: 'AAAA' }),
    'an upper-case hmac': JSON.stringify({ ...hello, hmac: 'A'.repeat(64) }),
    'an hmac that is not hex': JSON.stringify({ ...hello, hmac: 'g'.repeat(64) }),
    'a long label': JSON.stringify({ ...hello, board: 'x'.repeat(65) }),
    'a target longer than any': JSON.stringify({ ...hello, target: 'x'.repeat(17) }),
    'a rolled back version that is none': JSON.stringify({ ...hello, rolledBackFrom: 1 }),
    'too many capabilities': JSON.stringify({
      ...hello,
      capabilities: Array.from({ length: 33 }, () => 'a'),
    }),
    'deeply nested JSON': '['.repeat(2000),
  })) {
    test(`${name} is no hello`, async () => {
      await expectClosed('badMessage', (rig) => {
        const camera = rig.connect();
        camera.socket.on('open', () => camera.socket.send(message));
        return camera;
      });
    });
  }

  test('a nonce that is no base64url is refused like a wrong proof', async () => {
    await expectClosed('unauthorized', async (rig) => {
      const camera = rig.connect();
      await camera.next('challenge');
      camera.say({ ...hello, nonce: '!'.repeat(43) });
      return camera;
    });
  });

  test('a store that fails keeps the camera out and nothing else', async () => {
    const key = randomBytes(32);
    let failing = false;
    await expectClosed(
      'unauthorized',
      async (rig) => {
        failing = true;
        const camera = rig.connect();
        camera.say((await camera.hello('cam_1', key)).hello);
        return camera;
      },
      {
        store: {
          keyOf: () => {
            if (failing) throw new Error('the disk is full');
            return key;
          },
        },
      },
      key,
    );
  });

  test('a frame is refused', async () => {
    await expectClosed('badMessage', (rig) => {
      const camera = rig.connect();
      camera.socket.on('open', () => camera.sendFrame());
      return camera;
    });
  });

  test('more than a hello’s bytes are refused before they are all there', async () => {
    await expectClosed('tooLarge', (rig) => {
      const camera = rig.connect();
      // The message never ends, so it is its bytes that count.
      camera.socket.on('open', () => camera.socket.send('x'.repeat(100_000), { fin: false }));
      return camera;
    });
  });

  test('a hello in a thousand pieces is too much as well', async () => {
    await expectClosed('tooLarge', (rig) => {
      const camera = rig.connect();
      camera.socket.on('open', () => {
        for (let piece = 0; piece < 3000; piece++) camera.socket.send(' ', { fin: false });
      });
      return camera;
    });
  });

  test('who does not name the protocol is refused', async () => {
    await using rig = await IngestRig.start();
    for (const protocols of [[], ['vigie.signaling.v1']])
      assert.equal(await refusedWith(new RawCamera(rig.url, protocols)), 400);
    assert.equal(rig.ingest.counters.refused.wrongProtocol, 2);
  });

  test('a request that is no WebSocket handshake is answered and its socket ended', async () => {
    await using rig = await IngestRig.start();
    const { port } = new URL(rig.url);
    for (const key of ['', 'Sec-WebSocket-Key: short\r\n']) {
      const socket = createConnection(Number(port), '127.0.0.1');
      socket.resume();
      socket.write(
        `GET /camera HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}Sec-WebSocket-Protocol: vigie.camera.v1\r\n\r\n`,
      );
      await once(socket, 'close');
    }
    await rig.online('cam_1');
  });

  test('those who say nothing make room for those who come, and cameras that are in take nobody’s place', async () => {
    await using rig = await IngestRig.start({ pendingPlaces: 2 });
    const silent = [rig.connect(), rig.connect()];
    await Promise.all(silent.map((camera) => camera.next('challenge')));
    const door = await rig.online('cam_1');
    assert.equal((await Promise.race(silent.map((camera) => camera.closed))).code, 1006);
    await rig.online('cam_2');
    await rig.connect().next('challenge');
    assert.equal(rig.ingest.counters.displaced, 1);
    assert.equal(rig.log.filter(({ msg }) => msg === 'connection displaced by a newer one').length, 1);
    door.sendFrame();
    await door.next('ack');
  });

  test('behind a proxy it is the address the proxy tells that is counted', async () => {
    await using rig = await IngestRig.start({
      pendingPlaces: 4,
      connectionOf: ({ headers }) => ({
        address: String(headers['x-forwarded-for']),
        isPrivate: false,
        secure: true,
      }),
    });
    const from = (address: string): RawCamera =>
      new RawCamera(rig.url, undefined, { headers: { 'x-forwarded-for': address } });
    const alone = from('192.0.2.1');
    await alone.next('challenge');
    for (let index = 0; index < 20; index++) await from('192.0.2.2').next('challenge');
    assert.equal(alone.socket.readyState, WebSocket.OPEN);
  });
});

suite('after the welcome', () => {
  for (const [name, reason, message] of [
    ['text where a frame belongs', 'badMessage', JPEG.toString('latin1')],
    ['no JSON', 'badMessage', '{'],
    ['an unknown type', 'badMessage', '{"type":"frame"}'],
    ['a second hello', 'badMessage', '{"type":"hello","cameraId":"cam_2"}'],
    ['a time question without a time', 'badMessage', '{"type":"time","id":1}'],
    ['a time that is no number', 'badMessage', '{"type":"time","id":1,"t0":"noon"}'],
    [
      'a reason that is a novel',
      'badMessage',
      JSON.stringify({ type: 'rejected', id: 1, reason: 'x'.repeat(201) }),
    ],
    [
      'progress of an update beyond any image',
      'badMessage',
      '{"type":"otaProgress","id":1,"receivedBytes":1e9}',
    ],
    ['progress of an update that is no number', 'badMessage', '{"type":"otaProgress","id":1}'],
    ['the result of an update that is neither', 'badMessage', '{"type":"otaResult","id":1}'],
    ['a failed update without a reason', 'badMessage', '{"type":"otaResult","id":1,"ok":false}'],
    [
      'a failed update with a reason too long',
      'badMessage',
      JSON.stringify({ type: 'otaResult', id: 1, ok: false, reason: 'x'.repeat(201) }),
    ],
    ['telemetry of another kind', 'badMessage', '{"type":"telemetry","rssi":"good"}'],
    [
      'telemetry out of range',
      'badMessage',
      '{"type":"telemetry","rssi":1e9,"heap":0,"psram":0,"fps":0,"drops":0,"resetReason":""}',
    ],
    ['a text message of 5000 bytes', 'tooLarge', JSON.stringify({ type: 'x', padding: 'x'.repeat(5000) })],
    ['a binary message shorter than a header', 'badFrame', Buffer.alloc(31)],
    ['an empty binary message', 'badFrame', Buffer.alloc(0)],
    ['a JPEG without a header', 'badFrame', JPEG],
    ['a header that claims fewer bytes', 'badFrame', frameMessage({ jpegBytes: JPEG.length - 1 })],
    ['a header that claims more bytes', 'badFrame', frameMessage({ jpegBytes: JPEG.length + 1 })],
    ['a message longer than any picture', 'tooLarge', Buffer.alloc(MAX_FRAME_BYTES + FRAME_HEADER_BYTES + 1)],
  ] as const) {
    test(`${name} ends the connection`, async () => {
      await expectClosed(reason, async (rig) => {
        const camera = await rig.online('cam_1');
        camera.socket.send(message);
        return camera;
      });
    });
  }

  for (const [name, next] of [
    ['repeats', 7],
    ['goes back', 6],
    ['jumps back across half the numbers', 7 + 2 ** 31],
  ] as const) {
    test(`a sequence number that ${name} ends the connection`, async () => {
      await expectClosed('badFrame', async (rig) => {
        const camera = await rig.online('cam_1');
        camera.sendFrame({ sequence: 7 });
        await camera.next('ack');
        camera.sendFrame({ sequence: next });
        return camera;
      });
    });
  }

  test('a message that is cut into more pieces than any camera would is refused', async () => {
    await expectClosed('tooLarge', async (rig) => {
      const camera = await rig.online('cam_1');
      for (let piece = 0; piece < 5000; piece++) camera.socket.send(Buffer.alloc(1), { fin: false });
      return camera;
    });
  });

  test('a flood of text messages is ended', async () => {
    await expectClosed('badMessage', async (rig) => {
      const camera = await rig.online('cam_1');
      for (let count = 0; count < 100; count++) camera.say({ type: 'applied', id: count });
      return camera;
    });
  });

  test('a camera that says nothing more is gone', async () => {
    await expectClosed(
      'silent',
      async (rig) => {
        // Without power there is nobody to answer a ping.
        const camera = new RawCamera(rig.url, undefined, { autoPong: false });
        await camera.shakeHands('cam_1', rig.keys.get('cam_1') ?? assert.fail());
        return camera;
      },
      { silenceTimeoutMs: 1_500 },
    );
  });

  for (const [name, damaged] of [
    ['truncated', JPEG.subarray(0, -2)],
    ['cut in its header', JPEG.subarray(0, 40)],
    ['without a start', JPEG.subarray(2)],
    ['of another size than declared', drawnJpeg(48, 64)],
    ['with a larger second frame header', Buffer.concat([JPEG.subarray(0, -2), JPEG.subarray(2)])],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    test(`a JPEG that is ${name} is acknowledged, dropped and counted, and the camera goes on`, async () => {
      await using rig = await IngestRig.start();
      const camera = await rig.online('cam_1');
      camera.sendFrame({}, damaged);
      assert.equal((await camera.next('ack')).sequence, 0);
      camera.sendFrame();
      assert.equal((await camera.next('ack')).sequence, 1);
      assert.equal(rig.frames.length, 1);
      assert.equal(rig.ingest.counters.dropped.damaged, 1);
      assert.equal(rig.ingest.status('cam_1').framesDropped, 1);
      assert.equal(rig.log.filter(({ msg }) => msg === 'frame dropped').length, 1);
    });
  }

  test('more frames than any camera takes are acknowledged and dropped', async () => {
    let nowUs = 0;
    await using rig = await IngestRig.start({ clock: () => (nowUs += 100) });
    const camera = await rig.online('cam_1');
    for (let count = 0; count < 100; count++) camera.sendFrame();
    while ((await camera.next('ack')).sequence < 99);
    assert.equal(rig.ingest.counters.dropped.tooFast, 100 - rig.frames.length);
    assert.ok(rig.frames.length >= 75 && rig.frames.length < 80, String(rig.frames.length));
  });

  test('a camera that sends nothing but damage fills neither the log nor anything else', async () => {
    let nowUs = 0;
    await using rig = await IngestRig.start({ clock: () => (nowUs += 20_000) });
    const camera = await rig.online('cam_1');
    for (let count = 0; count < 1000; count++) camera.sendFrame({}, JPEG.subarray(0, -1));
    while ((await camera.next('ack')).sequence < 999);
    assert.equal(rig.ingest.counters.dropped.damaged, 1000);
    const said = rig.log.filter(({ msg }) => msg === 'frame dropped');
    assert.ok(said.length >= 1 && said.length <= 4, String(said.length));
    const suppressed = said.reduce((sum, line) => sum + Number(line['suppressed'] ?? 0), 0);
    assert.ok(suppressed > 0, 'suppressed lines are counted');
  });

  test('no secret stands in the log', async () => {
    await using rig = await IngestRig.start();
    const wrong = rig.connect();
    const { hello } = await wrong.hello('cam_1', randomBytes(32));
    wrong.say(hello);
    await wrong.closed;
    await rig.online('cam_1');
    const text = JSON.stringify(rig.log);
    for (const key of rig.keys.values()) {
      assert.ok(!text.includes(key.toString('base64url')));
      assert.ok(!text.includes(key.toString('hex')));
    }
    assert.ok(!text.includes(hello.hmac));
  });
});
