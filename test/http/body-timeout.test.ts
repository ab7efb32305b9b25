import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { limitBody, prolongBody } from '../../server/http/body-timeout.ts';

const LIMITS = { bodyMs: 20_000, upload: { windowMs: 30_000, minBytes: 65_536, totalMs: 3_600_000 } };

/** A request that has sent its headers, and whose body arrives as `send` says. */
function arriving(context: TestContext, headers: Record<string, string> = { 'content-length': '5000000' }) {
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const socket = { bytesRead: 500, destroyed: false };
  const request = Object.assign(new EventEmitter(), { headers, socket, complete: false });
  let ended = 0;
  limitBody(request as unknown as IncomingMessage, LIMITS, () => ended++);
  return {
    prolong: () => prolongBody(request as unknown as IncomingMessage),
    /** @returns whether the request was ended meanwhile */
    send: (bytes: number, ms: number): boolean => {
      socket.bytesRead += bytes;
      context.mock.timers.tick(ms);
      return ended > 0;
    },
    finish: () => {
      request.complete = true;
      request.emit('end');
    },
    leave: () => {
      socket.destroyed = true;
    },
    endings: () => ended,
  };
}

test('a body has 20 s in all, however fast it comes', (context) => {
  const { send, endings } = arriving(context);
  assert.equal(send(4_000_000, 19_999), false);
  assert.equal(send(4_000_000, 1), true);
  send(0, 3_600_000);
  assert.equal(endings(), 1, 'and is ended once');
});

test('a file may take long while enough of it arrives in each window', (context) => {
  const { prolong, send, finish } = arriving(context);
  send(0, 19_999);
  prolong();
  for (let minute = 0; minute < 30; minute++) assert.equal(send(65_536, 30_000), false);
  finish();
  assert.equal(send(0, 3_600_000), false);
});

for (const [what, bytes] of [
  ['stalls', 0],
  ['trickles', 65_535],
] as const)
  test(`a file that ${what} is ended after a window, also when it came well before`, (context) => {
    const { prolong, send } = arriving(context);
    prolong();
    assert.equal(send(1_000_000, 30_000), false);
    assert.equal(send(bytes, 29_999), false);
    assert.equal(send(0, 1), true);
  });

test('a file has an hour in all here, and cannot be prolonged again', (context) => {
  const { prolong, send } = arriving(context);
  prolong();
  for (let window = 1; window < 120; window++) assert.equal(send(1_000_000, 30_000), false);
  prolong();
  assert.equal(send(1_000_000, 30_000), true);
});

test('a client that has left is not ended', (context) => {
  const { leave, send } = arriving(context);
  leave();
  assert.equal(send(0, 20_000), false);
});

test('chunks without an end are timed too; a request without a body is not', (context) => {
  assert.equal(arriving(context, { 'transfer-encoding': 'chunked' }).send(0, 20_000), true);
  context.mock.timers.reset();
  assert.equal(arriving(context, {}).send(0, 20_000), false);
  context.mock.timers.reset();
  assert.equal(arriving(context, { 'content-length': '0' }).send(0, 20_000), false);
});
