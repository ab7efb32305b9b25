/** All watches of one session, on a socket whose buffer the test empties. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { Capacity } from '../../server/core/capacity.ts';
import { Shares } from '../../server/core/shares.ts';
import { createLog } from '../../server/log.ts';
import { FrameWatches } from '../../server/signaling/frame-watches.ts';
import { TransportQuota } from '../../server/core/transport-quota.ts';
import { ViewerAllowance } from '../../server/core/viewer-allowance.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { readPictureHeader } from '../../server/wire/picture-message.ts';

const MAX_UNSENT_BYTES = 64 * 1024;
const PICTURE_BYTES = 20 * 1024;

const clock = (): number => 1;

function setUp() {
  const hub = new FrameHub(createLog('silent'));
  const written: (() => void)[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    /** The cameras of the sent pictures, by watch. */
    sent: [] as number[],
    send: (message: Uint8Array, onWritten: () => void) => {
      const header = readPictureHeader(message);
      assert.ok(typeof header !== 'string');
      socket.sent.push(header.watchId);
      socket.bufferedAmount += message.length;
      written.push(onWritten);
    },
  };
  const allowance = new ViewerAllowance({
    capacity: new Capacity(clock),
    transportQuota: new TransportQuota(),
    viewerAddress: '192.0.2.1',
    clock,
  });
  const watches = new FrameWatches({
    socket: socket as unknown as WebSocket,
    frames: hub,
    clock,
    allowance,
    frameWatches: new Shares({ total: 100, perUser: 100 }),
    log: createLog('silent'),
  });
  const publish = (cameraId: string): void =>
    hub.publish({
      cameraId,
      jpeg: new Uint8Array(PICTURE_BYTES),
      width: 8,
      height: 8,
      captureUs: 1,
      receivedUs: 1,
    });
  const drain = (): void => {
    socket.bufferedAmount = 0;
    for (const onWritten of written.splice(0)) onWritten();
  };
  return { socket, watches, publish, drain };
}

test('with any number of watches, the socket holds no more than the bound and one picture', () => {
  const { socket, watches, publish, drain } = setUp();
  const cameras = Array.from({ length: 10 }, (_, index) => `camera ${index}`);
  for (const cameraId of cameras) watches.open({ cameraId });
  for (const cameraId of cameras) publish(cameraId);
  assert.deepEqual(socket.sent, [1, 2, 3, 4]);
  assert.ok(
    socket.bufferedAmount <= MAX_UNSENT_BYTES + PICTURE_BYTES + 100,
    `${socket.bufferedAmount} bytes`,
  );
  drain();
  assert.deepEqual(socket.sent, [1, 2, 3, 4, 5, 6, 7, 8], 'the waiting ones are sent when there is room');
  drain();
  assert.deepEqual(socket.sent, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('nothing is written to a closing socket', () => {
  const { socket, watches, publish } = setUp();
  watches.open({ cameraId: 'door' });
  socket.readyState = 2;
  publish('door');
  assert.deepEqual(socket.sent, []);
});

test('pictures of closed watches stay counted', () => {
  const { watches, publish } = setUp();
  const { id } = watches.open({ cameraId: 'door' });
  for (let picture = 0; picture < 5; picture++) publish('door');
  const { sent, passedOver } = watches.counters;
  assert.ok(sent > 0 && passedOver > 0);
  watches.stop(id);
  assert.deepEqual(watches.counters, { open: 0, sent, passedOver });
});
