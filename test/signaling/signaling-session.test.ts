/** One session on a socket controlled by the test. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';
import { AUTHENTICATE, openSession, type ScriptedSession } from '../support/signaling-session.ts';

const BURST = 400;

function signedIn(): ScriptedSession {
  const opened = openSession();
  opened.socket.say(AUTHENTICATE);
  return opened;
}

for (const [what, act] of [
  ['requests', ({ ask }: ScriptedSession) => ask('getTime', { t0: 0 })],
  ['pings', ({ socket }: ScriptedSession) => socket.emit('ping', Buffer.alloc(0))],
] as const)
  test(`${what} beyond the burst end the session, and a client that continues is cut off`, () => {
    const opened = signedIn();
    const { socket } = opened;
    // Signing in was the first message.
    for (let sent = 1; sent < BURST; sent++) act(opened);
    assert.equal(socket.closedWith, undefined);
    act(opened);
    assert.equal(socket.closedWith, SIGNALING_CLOSE.tooManyMessages);
    for (let late = 0; late < BURST; late++) act(opened);
    assert.equal(socket.terminated, 0, 'messages already under way are tolerated');
    act(opened);
    assert.equal(socket.terminated, 1);
  });

test('a viewer that sends requests without reading is closed when its answers fill the buffer', () => {
  const { socket, ask } = signedIn();
  ask('getTime', { t0: 0 });
  const sent = socket.sent.length;
  socket.bufferedAmount = 5 * 1024 * 1024 + 1;
  ask('getTime', { t0: 0 });
  assert.deepEqual([socket.sent.length, socket.closedWith], [sent, SIGNALING_CLOSE.tooSlow]);
});
