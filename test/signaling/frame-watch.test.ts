import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameWatch } from '../../server/signaling/frame-watch.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { readPictureHeader } from '../../server/wire/picture-message.ts';

interface Rig {
  nowUs: number;
  mayWrite: boolean;
  /** captureUs of the sent pictures. */
  sent: number[];
  publish(receivedUs?: number): void;
  open(): FrameWatch;
}

/** A watch with a clock, a socket and a camera controlled by the test. */
function setUp({ maxFps }: { maxFps?: number } = {}): Rig {
  const hub = new FrameHub(createLog('silent'));
  const rig: Rig = {
    nowUs: 10_000_000,
    mayWrite: true,
    sent: [],
    publish(receivedUs = rig.nowUs) {
      const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
      const frame: CameraFrame = {
        cameraId: 'door',
        jpeg,
        width: 8,
        height: 8,
        captureUs: receivedUs,
        receivedUs,
      };
      hub.publish(frame);
    },
    open: () =>
      new FrameWatch({
        id: 1,
        cameraId: 'door',
        maxFps,
        frames: hub,
        clock: () => rig.nowUs,
        mayWrite: () => rig.mayWrite,
        write: (message) => {
          const header = readPictureHeader(message);
          assert.ok(typeof header !== 'string');
          rig.sent.push(header.captureUs);
        },
      }),
  };
  return rig;
}

test('the newest picture is the beginning, however old it is', async () => {
  const rig = setUp();
  rig.publish(7);
  rig.nowUs += 3_600_000_000;
  rig.open();
  await Promise.resolve();
  assert.deepEqual(rig.sent, [7]);
});

test('the picture at the start is not sent after a newer one', async () => {
  const rig = setUp();
  rig.publish(1);
  rig.nowUs = 2;
  rig.open();
  rig.publish(2);
  await Promise.resolve();
  assert.deepEqual(rig.sent, [2]);
});

test('while the socket is full the newest picture waits, and is sent when it has drained', () => {
  const rig = setUp();
  const watch = rig.open();
  rig.mayWrite = false;
  for (const receivedUs of [1, 2, 3]) rig.publish(receivedUs);
  assert.deepEqual(rig.sent, []);
  rig.mayWrite = true;
  watch.flush();
  assert.deepEqual(rig.sent, [3]);
  assert.deepEqual(watch.counters, { sent: 1, passedOver: 2 });
});

test('the window grows on a link with a long round trip until every picture fits, and stays small on a slow link', () => {
  for (const { roundTripUs, wireUs, everyPicture } of [
    { roundTripUs: 150_000, wireUs: 0, everyPicture: true },
    { roundTripUs: 20_000, wireUs: 300_000, everyPicture: false },
  ]) {
    const rig = setUp();
    const watch = rig.open();
    const acks: { atUs: number; sequence: number }[] = [];
    let wireFreeUs = 0;
    let acknowledged = 0;
    let mostUnderWay = 0;
    for (; rig.nowUs < 20_000_000; rig.nowUs += 40_000) {
      while ((acks[0]?.atUs ?? Infinity) <= rig.nowUs) {
        const ack = acks.shift();
        acknowledged++;
        watch.acknowledge(ack?.sequence ?? 0);
      }
      rig.publish();
      for (let sequence = acknowledged + acks.length; sequence < rig.sent.length; sequence++) {
        wireFreeUs = Math.max(wireFreeUs, rig.nowUs) + wireUs;
        acks.push({ atUs: wireFreeUs + roundTripUs, sequence });
      }
      if (rig.nowUs > 15_000_000) mostUnderWay = Math.max(mostUnderWay, acks.length);
    }
    const lastSecond = rig.sent.filter((atUs) => atUs > 19_000_000).length;
    if (everyPicture) assert.ok(lastSecond >= 23, `${lastSecond} of 25 in the last second`);
    else assert.ok(mostUnderWay <= 3, `${mostUnderWay} under way on a link of 3 a second`);
  }
});

test('maxFps is kept, and a camera with jitter around that rate loses no picture', () => {
  const rig = setUp({ maxFps: 10 });
  const watch = rig.open();
  for (let i = 0; i < 100; i++) {
    rig.nowUs += 40_000;
    rig.publish();
    watch.acknowledge(rig.sent.length - 1);
  }
  assert.ok(rig.sent.length >= 33 && rig.sent.length <= 50, `${rig.sent.length} in 4 s`);
  const trembling = setUp({ maxFps: 10 });
  const other = trembling.open();
  for (let i = 0; i < 100; i++) {
    trembling.nowUs += i % 2 === 0 ? 90_000 : 110_000;
    trembling.publish();
    other.acknowledge(trembling.sent.length - 1);
  }
  assert.equal(trembling.sent.length, 100);
});

test('acknowledgements of pictures never sent, or sent long ago, change nothing', () => {
  const rig = setUp();
  const watch = rig.open();
  rig.publish(1);
  assert.equal(watch.acknowledge(1), false);
  assert.equal(watch.acknowledge(2 ** 32 - 1), false);
  assert.equal(watch.acknowledge(0), true);
  assert.equal(watch.acknowledge(0), false);
});

test('nothing is sent after the end', async () => {
  const rig = setUp();
  rig.publish();
  const watch = rig.open();
  watch.close();
  watch.close();
  await Promise.resolve();
  rig.publish();
  watch.flush();
  assert.deepEqual(rig.sent, []);
});
