import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { framed } from '../../server/core/rtp/rtp-framing.ts';
import type { IceUsers } from '../../server/sfu/ice-users.ts';
import { TcpPath } from '../../server/sfu/tcp-path.ts';
import { connectivityCheck } from '../support/node-viewer.ts';

const CHECK = connectivityCheck({ usernameFragment: 'ufrag', password: 'password' });
const KIB = 1024;

/** A path on a socket whose fill level the test sets; each check is answered at once. */
function open(context: TestContext) {
  const socket = Object.assign(new EventEmitter(), {
    writable: true,
    destroyed: false,
    writableLength: 0,
    written: 0,
    remotePort: 4711,
    setNoDelay: () => undefined,
    setTimeout: () => undefined,
    write: () => void socket.written++,
    destroy: () => void socket.emit('close'),
  });
  const users = { onStun: (_datagram: Buffer, path: TcpPath) => path.send(Buffer.from('answer')) };
  const counters = { received: 0, sent: 0, dropped: 0, malformed: 0, timedOut: 0 };
  const path = new TcpPath({
    socket: socket as unknown as Socket,
    address: '192.0.2.1',
    users: users as unknown as IceUsers,
    counters,
    claimTimeoutMs: 10_000,
  });
  path.claim({ onBindingRequest: () => undefined, onDatagram: () => undefined });
  context.after(() => socket.destroy());
  const check = (): boolean => socket.emit('data', framed(CHECK));
  return { socket, path, counters, check };
}

test('a peer that sends checks without reading gets no more answers when the path is full', (context) => {
  const { socket, counters, check } = open(context);
  check();
  assert.deepEqual([socket.written, counters.dropped], [1, 0]);
  socket.writableLength = 33 * KIB;
  check();
  assert.deepEqual([socket.written, counters.dropped], [1, 1]);
  socket.writableLength = 0;
  check();
  assert.equal(socket.written, 2);
});

test('media has a larger bound than answers, because a frame that has begun is sent whole', (context) => {
  const { socket, path, counters } = open(context);
  socket.writableLength = 33 * KIB;
  assert.equal(path.isFull, true);
  path.send(Buffer.alloc(1200));
  assert.equal(socket.written, 1);
  socket.writableLength = KIB * KIB + 1;
  path.send(Buffer.alloc(1200));
  assert.deepEqual([socket.written, counters.dropped], [1, 1]);
});
