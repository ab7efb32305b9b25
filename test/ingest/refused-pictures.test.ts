/** Tests that unusable pictures are dropped, counted and shown to a person, the same on both protocols. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { CameraAdvisor } from '../../server/cameras/camera-advisor.ts';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { MAX_FRAME_BYTES } from '../../server/ingest/camera-endpoint.ts';
import { CAMERA_CLOSE, MAX_JPEG_BYTES, MAX_LARGE_JPEG_BYTES } from '../../server/wire/camera-protocol.ts';
import { frameMessage, IngestRig, JPEG } from '../support/ingest-rig.ts';
import { LegacyRig } from '../support/legacy-rig.ts';
import { drawnJpeg } from '../support/sample-jpegs.ts';
import { until } from '../support/until.ts';

const NOW_MS = 1_800_000_000_000;
const DATES = { ...unmappedTime(), dateMs: () => NOW_MS };

interface Door {
  advisor: CameraAdvisor;
  cameraId: string;
  send(jpeg: Uint8Array, width?: number, height?: number): void;
  frames: { width: number; height: number; jpeg: Uint8Array }[];
  /** When everything that was sent has been looked at. */
  settled(): Promise<void>;
  isOnline(): boolean;
}

/** @param allowed cameras that may send large pictures */
async function openV1(t: TestContext, allowed: ReadonlySet<string>): Promise<Door> {
  const rig = await IngestRig.start({
    store: {
      keyOf: (id) => rig.keys.get(id),
      allowsLargePictures: (id) => allowed.has(id),
    },
  });
  const advisor = new CameraAdvisor(rig.ingest, undefined, () => NOW_MS, DATES);
  t.after(async () => {
    advisor.close();
    await rig[Symbol.asyncDispose]();
  });
  const camera = await rig.online('cam_1');
  let sent = 0;
  return {
    advisor,
    cameraId: 'cam_1',
    send: (jpeg, width = 64, height = 48) => {
      camera.sendFrame({ width, height }, jpeg);
      sent++;
    },
    frames: rig.frames,
    settled: async () => {
      while ((await camera.next('ack')).sequence < sent - 1);
    },
    isOnline: () => rig.ingest.status('cam_1').online,
  };
}

async function openLegacy(t: TestContext, allowed: ReadonlySet<string>): Promise<Door> {
  const cameraId = 'seed-8880';
  const rig = await LegacyRig.start({ allowsLargePictures: (id) => allowed.has(id) });
  await using idle = await IngestRig.start();
  const advisor = new CameraAdvisor(idle.ingest, rig.listeners, () => NOW_MS, DATES);
  t.after(() => {
    advisor.close();
    rig.listeners.close();
  });
  const socket = await rig.online();
  let sent = 0;
  return {
    advisor,
    cameraId,
    send: (jpeg) => {
      socket.send(jpeg);
      sent++;
    },
    frames: rig.frames,
    settled: async () => {
      const { listeners, frames } = rig;
      await until(
        'all were looked at',
        () => frames.length + listeners.status(cameraId).framesDropped === sent,
      );
    },
    isOnline: () => rig.listeners.status(cameraId).online,
  };
}

const padded = (jpeg: Buffer, length: number): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...comments(length - jpeg.length), jpeg.subarray(2)]);

/** Comment segments of this length. */
function comments(bytes: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let rest = bytes; rest > 0;) {
    const length = rest > 70_000 ? 65_000 : rest;
    const comment = Buffer.alloc(Math.min(length, 65_000));
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(comment.length - 2, 2);
    parts.push(comment);
    rest -= comment.length;
  }
  return parts;
}

for (const [protocol, open] of [
  ['v1', openV1],
  ['the legacy protocol', openLegacy],
] as const) {
  const codes = ({ advisor, cameraId }: Door): string[] =>
    advisor.adviceFor(cameraId).map(({ code }) => code);

  suite(`pictures over ${protocol}`, () => {
    test('one that is too large is dropped and told of, and the next one passes on the same connection', async (t) => {
      const door = await open(t, new Set());
      door.send(drawnJpeg(2640, 16), 2640, 16);
      door.send(JPEG);
      await door.settled();
      assert.equal(door.frames.length, 1);
      assert.equal(door.isOnline(), true);
      const { counts, last } = door.advisor.refusalsOf(door.cameraId);
      assert.equal(counts.tooLarge, 1);
      assert.deepEqual(last, {
        kind: 'tooLarge',
        detail: '2640×16 pixels, more than 2592×1944',
        atMs: NOW_MS,
      });
      assert.deepEqual(codes(door), ['picturesTooLarge']);
    });

    test('so is one of more than 1 MiB', async (t) => {
      const door = await open(t, new Set());
      door.send(padded(JPEG, MAX_JPEG_BYTES + 1));
      door.send(padded(JPEG, MAX_JPEG_BYTES));
      await door.settled();
      assert.deepEqual(
        door.frames.map(({ jpeg }) => jpeg.length),
        [MAX_JPEG_BYTES],
      );
      assert.equal(door.advisor.refusalsOf(door.cameraId).last?.detail, '1025 KiB, more than 1024 KiB');
    });

    test('padding does not count', async (t) => {
      const door = await open(t, new Set());
      door.send(Buffer.concat([JPEG, Buffer.alloc(2 * MAX_JPEG_BYTES)]));
      await door.settled();
      assert.deepEqual(
        door.frames.map(({ jpeg }) => jpeg.length),
        [JPEG.length],
      );
    });

    test('a picture may stand on its side', async (t) => {
      const door = await open(t, new Set());
      door.send(drawnJpeg(1944, 2592), 1944, 2592);
      await door.settled();
      assert.deepEqual(
        door.frames.map(({ width, height }) => [width, height]),
        [[1944, 2592]],
      );
    });

    test('up to 4096×3072 and 4 MiB pass where an administrator allows it, from then on', async (t) => {
      const allowed = new Set<string>();
      const door = await open(t, allowed);
      const large = drawnJpeg(4096, 3072);
      door.send(large, 4096, 3072);
      await door.settled();
      assert.equal(door.frames.length, 0);
      allowed.add(door.cameraId);
      door.send(large, 4096, 3072);
      door.send(padded(large, MAX_LARGE_JPEG_BYTES), 4096, 3072);
      door.send(padded(large, MAX_LARGE_JPEG_BYTES + 1), 4096, 3072);
      door.send(drawnJpeg(4112, 16), 4112, 16);
      await door.settled();
      assert.deepEqual(
        door.frames.map(({ jpeg }) => jpeg.length),
        [large.length, MAX_LARGE_JPEG_BYTES],
      );
      assert.equal(door.advisor.refusalsOf(door.cameraId).counts.tooLarge, 3);
    });

    test('half pictures are told of, with the last one’s reason, after three in a row', async (t) => {
      const door = await open(t, new Set());
      const half = JPEG.subarray(0, -10);
      for (const jpeg of [half, half, JPEG, half, half]) door.send(jpeg);
      await door.settled();
      assert.deepEqual(codes(door), []);
      door.send(half);
      await door.settled();
      assert.deepEqual(codes(door), ['damagedPictures']);
      const { counts, last } = door.advisor.refusalsOf(door.cameraId);
      assert.deepEqual([counts.damaged, last?.detail], [5, 'no end-of-image marker']);
    });
  });
}

suite('breaches of the protocol', () => {
  test('end the connection, are counted, and told to a person with the reason', async (t) => {
    await using rig = await IngestRig.start();
    const advisor = new CameraAdvisor(rig.ingest, undefined, () => NOW_MS);
    t.after(() => advisor.close());
    for (const message of [Buffer.alloc(31), '{', Buffer.alloc(MAX_FRAME_BYTES + 64)]) {
      const camera = await rig.online('cam_1');
      camera.socket.send(message);
      await camera.closed;
    }
    await until('all are known', () => advisor.refusalsOf('cam_1').counts.violation === 3);
    assert.deepEqual(
      advisor.adviceFor('cam_1').map(({ code, severity }) => [code, severity]),
      [['protocolViolation', 'error']],
    );
    assert.equal(advisor.refusalsOf('cam_1').last?.detail, 'Max payload size exceeded');
  });

  test('by the legacy protocol likewise', async (t) => {
    await using idle = await IngestRig.start();
    using rig = await LegacyRig.start();
    const advisor = new CameraAdvisor(idle.ingest, rig.listeners, () => NOW_MS);
    t.after(() => advisor.close());
    (await rig.online()).send('hello');
    await until('it is known', () => advisor.refusalsOf('seed-8880').counts.violation === 1);
    assert.deepEqual(
      advisor.adviceFor('seed-8880').map(({ code }) => code),
      ['protocolViolation'],
    );
  });

  test('a header that does not fit its frame is one, as whoever writes it does not speak the protocol', async () => {
    await using rig = await IngestRig.start();
    const camera = await rig.online('cam_1');
    camera.socket.send(frameMessage({ jpegBytes: JPEG.length + 1 }));
    assert.equal((await camera.closed).code, CAMERA_CLOSE.badFrame);
  });
});
