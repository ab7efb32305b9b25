/** One session on a socket that does what the test says. */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { SignalingSession, type SignalingSessionOptions } from '../../server/signaling/signaling-session.ts';
import { TransportQuota } from '../../server/signaling/transport-quota.ts';
import { createLog } from '../../server/log.ts';
import { Capacity } from '../../server/core/capacity.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';

const BURST = 400;

function open() {
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    sent: 0,
    closedWith: undefined as number | undefined,
    terminated: 0,
    send: () => void socket.sent++,
    close: (code: number) => (socket.closedWith = code),
    terminate: () => void socket.terminated++,
  });
  const options: Partial<SignalingSessionOptions> = {
    socket: socket as unknown as WebSocket,
    viewerAddress: '192.0.2.1',
    access: {
      identify: () => ({ userId: 'anna', sessionId: 's', expiresAtMs: Date.now() + 60_000 }),
      camerasOf: () => [],
      mayWatch: () => true,
      isAdministrator: () => false,
      iceServersFor: () => [],
    },
    capacity: new Capacity(() => 0),
    transportQuota: new TransportQuota(),
    clock: () => 0,
    log: createLog('silent'),
  };
  const session = new SignalingSession(options as SignalingSessionOptions);
  const say = (message: object): boolean =>
    socket.emit('message', Buffer.from(JSON.stringify(message)), false);
  say({ type: 'authenticate', token: 'good' });
  const ask = (): boolean => say({ type: 'request', id: 1, method: 'getTime', data: { t0: 0 } });
  return { socket, session, ask };
}

for (const [what, act] of [
  ['requests', ({ ask }: ReturnType<typeof open>) => ask()],
  ['pings', ({ socket }: ReturnType<typeof open>) => socket.emit('ping', Buffer.alloc(0))],
] as const)
  test(`${what} beyond the burst end the session, and who still goes on is cut off`, () => {
    const opened = open();
    const { socket } = opened;
    // Signing in was the first message.
    for (let sent = 1; sent < BURST; sent++) act(opened);
    assert.equal(socket.closedWith, undefined);
    act(opened);
    assert.equal(socket.closedWith, SIGNALING_CLOSE.tooManyMessages);
    for (let late = 0; late < BURST; late++) act(opened);
    assert.equal(socket.terminated, 0, 'what was on its way is forgiven');
    act(opened);
    assert.equal(socket.terminated, 1);
  });

test('a viewer that asks and does not read is closed when its answers fill the buffer', () => {
  const { socket, ask } = open();
  ask();
  const { sent } = socket;
  socket.bufferedAmount = 2 * 1024 * 1024 + 1;
  ask();
  assert.deepEqual([socket.sent, socket.closedWith], [sent, SIGNALING_CLOSE.tooSlow]);
});
